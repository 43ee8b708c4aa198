//! The two locks of `serve`, for the scheduler's mutexes.

use std::sync::{PoisonError, TryLockError};

use shuttle::sync::{Mutex, MutexGuard};

/// The stack of a thread, in bytes.
pub const STACK: usize = 64 * 1024;

/// As `serve::lock`.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As `serve::try_lock`.
pub fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
