//! Whether a server has ended a connection, seen from outside.
//!
//! A client that does not read cannot see it: what it was sent before comes first, and it never comes to the end. But the
//! system tells in which state the server's end of each connection is (proc(5), `/proc/net/tcp`).

use std::fs;
use std::net::SocketAddr;

use anyhow::{Context, Result};

/// The state of a connection that neither side has ended.
const ESTABLISHED: &str = "01";

/// Whether the server's end of this connection is still open.
pub fn is_open(server: SocketAddr, client: SocketAddr) -> Result<bool> {
    let table = fs::read_to_string("/proc/net/tcp").context("the connections are not told")?;
    Ok(is_open_in(&table, server.port(), client.port()))
}

/// The same in a table like this: a line for each end, with its number, its own address, the other one's, and its state.
fn is_open_in(table: &str, server: u16, client: u16) -> bool {
    let (server, client) = (format!(":{server:04X}"), format!(":{client:04X}"));
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().take(4).collect();
        match fields[..] {
            [_, own, other, state] => {
                own.ends_with(&server) && other.ends_with(&client) && state == ESTABLISHED
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_open_while_the_servers_end_says_so() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
                     0: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000\n\
                     1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000\n\
                     2: 0100007F:1F90 0100007F:9C41 04 00000000:00000000 00:00000000\n\
                     3: 0100007F:9C41 0100007F:1F90 01 00000000:00000000 00:00000000\n";
        assert!(is_open_in(table, 8080, 40_000));
        assert!(!is_open_in(table, 8080, 40_001), "the server has ended it, the client has not");
        assert!(!is_open_in(table, 8080, 40_002), "it is gone");
    }
}
