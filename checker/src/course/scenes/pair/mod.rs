//! Scenes with a server and a client that were made for each other (`--pair`), for what a peer of the checker's cannot
//! know: how the two ask for a name, mark the end of a message, or put it into another form.
//!
//! They go by what users type and see, and by nothing on the wire. So they ask what the handouts say of both together, as
//! the files of the steps have it; and a client that only pretends to have sent or received something is not found out.

pub(in crate::course) mod replies;
pub(in crate::course) mod rooms;
mod user;
