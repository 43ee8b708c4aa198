//! The port of each step, from which the programs take their default. This file is made from
//! `course.toml`.

/// 1.1 A server for one message (assignment-1).
pub const EX1: u16 = 8080;
/// 1.2 A client, and a reply (assignment-1).
pub const EX2: u16 = 8080;
/// Milestone 0: capitals for one client (web-technologies-1, 1.1).
pub const MS0: u16 = 5001;
/// 1.4 One thread per client (assignment-1).
pub const EX4: u16 = 8080;
/// Milestone 1: capitals for many (milestone-1).
pub const MS1: u16 = 5605;
/// 2.1 The server operator (assignment-2).
pub const EX5: u16 = 8080;
/// 2.2 Structured messages (assignment-2).
pub const EX6: u16 = 8080;
/// 2.3 A handshake (assignment-2).
pub const EX7: u16 = 8080;
/// Milestone 2: a chat room (web-technologies-1, 1.2).
pub const MS2: u16 = 5001;
/// Milestone 3: an instant messenger (instant-messaging).
pub const MS3: u16 = 4330;
