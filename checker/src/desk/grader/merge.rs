//! The results of several machines are joined.
