//! The messages of steps 2.2 and 2.3, generated from `proto/chat.proto` when the crate is built.
//!
//! Change the `.proto` file, never the generated code; a field keeps its number forever, since the
//! number is what travels (<https://protobuf.dev/programming-guides/proto3/>).

include!(concat!(env!("OUT_DIR"), "/chat.rs"));
