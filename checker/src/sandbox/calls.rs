//! The system calls that no program of the course needs, and that lead out of a sandbox: seccomp
//! (<https://docs.kernel.org/userspace-api/seccomp_filter.html>). All others stay as they are.

/// Refuses those calls to this process and to all that it will start, which has no new privileges already. Returns
/// whether the system does so.
#[cfg(target_os = "linux")]
pub(super) fn refuse_calls() -> bool {
    refuse(&REFUSED, some(), libc::EPERM)
        .and_then(|()| refuse(&MISSING, [].into(), libc::ENOSYS))
        .is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_calls() -> bool {
    false
}

#[cfg(target_os = "linux")]
use filter::{MISSING, REFUSED, refuse, some};

#[cfg(target_os = "linux")]
mod filter {
    use std::collections::BTreeMap;
    use std::env::consts::ARCH;

    use libc::c_long;
    use seccompiler::SeccompCmpArgLen::{Dword, Qword};
    use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
    use seccompiler::{
        BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
        SeccompCondition, SeccompFilter, SeccompRule, apply_filter,
    };

    /// For each call, what of it is refused; nothing: all.
    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    /// What looks into other processes, makes namespaces, changes the machine or other processes, or stays in the
    /// system when the program has ended (shared memory, queues and semaphores of System V and POSIX).
    pub(super) const REFUSED: [c_long; 44] = [
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_open_tree,
        libc::SYS_move_mount,
        libc::SYS_fsopen,
        libc::SYS_fsmount,
        libc::SYS_mount_setattr,
        libc::SYS_open_by_handle_at,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_fanotify_init,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_acct,
        libc::SYS_syslog,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_clock_adjtime,
        libc::SYS_shmget,
        libc::SYS_semget,
        libc::SYS_msgget,
        libc::SYS_mq_open,
        libc::SYS_mq_unlink,
        libc::SYS_ioprio_set,
        libc::SYS_sethostname,
        libc::SYS_setdomainname,
    ];

    /// What languages try first and can do without. (Files in memory alone would be in nobody's limit; clone3(2) cannot
    /// be looked into, and clone(2) does the same.)
    pub(super) const MISSING: [c_long; 6] = [
        libc::SYS_memfd_create,
        libc::SYS_memfd_secret,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_clone3,
    ];

    /// Calls of which only some are refused.
    pub(super) fn some() -> BTreeMap<c_long, Vec<Vec<Condition>>> {
        let namespaces = [
            libc::CLONE_NEWUSER,
            libc::CLONE_NEWPID,
            libc::CLONE_NEWNET,
            libc::CLONE_NEWNS,
            libc::CLONE_NEWUTS,
            libc::CLONE_NEWIPC,
            libc::CLONE_NEWCGROUP,
        ];
        let namespaces = namespaces.map(|flag| vec![Condition::has(0, flag as u64)]);
        // To type into a terminal, or to make it do so.
        const TIOCSTI: u64 = 0x5412; // libc has them with another type on each system
        const TIOCLINUX: u64 = 0x541c;
        let keys = [TIOCSTI, TIOCLINUX].map(|what| vec![Condition::is(1, what)]);
        // What goes around TCP and UDP. (Which addresses there are, languages ask over a raw netlink socket.)
        const KIND: u64 = 0xf; // of the second argument, the others being flags
        let raw = |domain: i32| {
            let value = libc::SOCK_RAW as u64;
            let kind = Condition { compared: MaskedEq(KIND), ..Condition::is(1, value) };
            vec![Condition::is(0, domain as u64), kind]
        };
        let sockets = [libc::AF_PACKET, libc::AF_ALG, libc::AF_VSOCK]
            .map(|domain| vec![Condition::is(0, domain as u64)]);
        // A file that others would run with the rights of the checker's user (setuid, setgid).
        let rights = |argument| [0o4000, 0o2000].map(|bit| vec![Condition::has(argument, bit)]);
        const FCHMODAT2: c_long = 452; // libc does not have it everywhere
        // A lease holds up everybody who wants to write the file.
        const SET_LEASE: u64 = 1024;
        // The limits of another process.
        let limits = vec![Condition::is_not(0, 0), Condition::is_not(2, 0)];
        let mut calls = BTreeMap::from([
            (libc::SYS_fchmod, rights(1).into()),
            (libc::SYS_fchmodat, rights(2).into()),
            (FCHMODAT2, rights(2).into()),
            (libc::SYS_fcntl, vec![vec![Condition::is(1, SET_LEASE)]]),
            (libc::SYS_prlimit64, vec![limits]),
            (libc::SYS_clone, namespaces.into()),
            (libc::SYS_ioctl, keys.into()),
            (
                libc::SYS_socket,
                sockets.into_iter().chain([raw(libc::AF_INET), raw(libc::AF_INET6)]).collect(),
            ),
        ]);
        #[cfg(target_arch = "x86_64")] // newer machines have the calls above alone
        calls.insert(libc::SYS_chmod, rights(1).into());
        calls
    }

    /// What an argument of a call is.
    pub(super) struct Condition {
        argument: u8,
        compared: SeccompCmpOp,
        length: SeccompCmpArgLen,
        value: u64,
    }

    impl Condition {
        fn is(argument: u8, value: u64) -> Condition {
            Condition { argument, compared: Eq, length: Dword, value }
        }

        fn has(argument: u8, flag: u64) -> Condition {
            Condition { argument, compared: MaskedEq(flag), length: Dword, value: flag }
        }

        /// Of a pointer, all bits count.
        fn is_not(argument: u8, value: u64) -> Condition {
            Condition { argument, compared: Ne, length: Qword, value }
        }

        fn compiled(&self) -> Result<SeccompCondition, BackendError> {
            let (length, compared) = (self.length.clone(), self.compared.clone());
            SeccompCondition::new(self.argument, length, compared, self.value)
        }
    }

    /// Answers these calls with an error.
    pub(super) fn refuse(
        calls: &[c_long],
        some: BTreeMap<c_long, Vec<Vec<Condition>>>,
        error: i32,
    ) -> Result<(), Error> {
        let mut rules: Rules = calls.iter().map(|call| (*call, Vec::new())).collect();
        for (call, cases) in some {
            let cases = cases.iter().map(|case| {
                SeccompRule::new(case.iter().map(Condition::compiled).collect::<Result<_, _>>()?)
            });
            rules.insert(call, cases.collect::<Result<_, _>>().map_err(Error::Backend)?);
        }
        let answer = SeccompAction::Errno(error as u32);
        let filter = ARCH
            .try_into()
            .and_then(|machine| SeccompFilter::new(rules, SeccompAction::Allow, answer, machine));
        let program = filter.and_then(BpfProgram::try_from).map_err(Error::Backend)?;
        apply_filter(&program)
    }
}
