//! The helpers that every program of the course builds on. Read them in this order, in an evening:
//!
//! - [`args`]: the command line, and [`ports`]: the port of each step
//! - [`serve`]: listen, call, one thread per client, and the registry of who is connected
//! - [`text`]: text messages over a stream
//! - [`frame`]: length-prefixed protobuf frames, and [`proto`]: what is in them
//! - [`room`]: whatever one says, all others hear
//! - [`console`]: what the person at the terminal types and sees

pub mod args;
pub mod console;
pub mod frame;
pub mod ports;
pub mod proto;
pub mod room;
pub mod serve;
pub mod text;
