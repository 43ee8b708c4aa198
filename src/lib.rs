//! The helpers that every program of the course builds on. An evening is enough to read all of them, in this
//! order, which is also the order in which the steps need them:
//!
//! 1. [`args`]: the command line, and [`ports`]: the port of each step
//! 2. [`console`]: what the person at the terminal types and sees
//! 3. [`serve`], its first half: listen, call, accept
//! 4. [`text`]: text messages over a stream
//! 5. [`serve`], its second half: one thread per client, locks, and the registry of who is connected
//! 6. [`frame`]: length-prefixed protobuf frames, and [`proto`]: what is in them
//! 7. [`room`]: whatever one says, all others hear. Its log comes first (`room/log.rs`), then the room, and last
//!    the numbered story above `deliver_news`, which is the hardest page here

pub mod args;
pub mod console;
pub mod frame;
pub mod ports;
pub mod proto;
pub mod room;
pub mod serve;
pub mod text;
