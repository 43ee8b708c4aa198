//! Sockets and ports: calls that leave no trace, who listens where, and what the system still keeps.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::sandbox::census;
use crate::sandbox::running::between_starts;
use crate::sandbox::tcp_table::{State, TcpSocket, segments_to, tcp_sockets};

/// An address on this machine.
pub fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// The right to a port, until it is dropped: anyone who has the UDP port of a number may use the TCP port of this
/// number. No other scene, of this checker or another, has it meanwhile.
pub fn claim(port: u16) -> Option<UdpSocket> {
    UdpSocket::bind(local(port)).ok()
}

/// Whether a program can listen on a port. It may bind without SO_REUSEADDR, so that TIME_WAIT hinders it.
pub fn is_free(port: u16) -> bool {
    between_starts(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None);
        socket.is_ok_and(|socket| socket.bind(&local(port).into()).is_ok())
    })
}

/// Whether the system may choose a port for somebody who asks for any (port 0).
pub fn may_be_chosen(port: u16) -> bool {
    const USUALLY: u16 = 32768; // and more, on Linux; on macOS still higher
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    port >= range.split_whitespace().next().and_then(|low| low.parse().ok()).unwrap_or(USUALLY)
}

/// A socket that has a port and does not listen: nobody else gets the port, and the system refuses each call to it.
///
/// # Errors
/// When somebody has the port.
pub fn keep_silent(port: u16) -> io::Result<(Socket, SocketAddr)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?; // the port may be in TIME_WAIT
    socket.bind(&local(port).into())?;
    let address = socket.local_addr()?.as_socket();
    Ok((socket, address.ok_or(io::ErrorKind::AddrNotAvailable)?))
}

/// Calls a server from a port that can be used again at once: see [`release`].
///
/// # Errors
/// Those of [`TcpStream::connect_timeout`].
pub fn call(server: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    let socket = caller(server)?;
    socket.connect_timeout(&server.into(), limit)?;
    Ok(socket.into())
}

/// The same, over a line as a slow network has them: of small segments, and with little room for what was not read yet, which
/// does not grow. So the system keeps much less of what is on its way, and about as much each time.
///
/// # Errors
/// The same.
pub fn call_from_afar(server: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    const SEGMENT: u32 = 536; // what every network takes (RFC 9293, 3.7.1)
    const ROOM: usize = 16 * 1024;
    let socket = caller(server)?;
    // Where the system has other ideas, they will do too.
    let _ = socket.set_tcp_mss(SEGMENT);
    let _ = socket.set_recv_buffer_size(ROOM);
    socket.connect_timeout(&server.into(), limit)?;
    Ok(socket.into())
}

fn caller(server: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    Ok(socket)
}

/// Lets the system acknowledge what comes over a socket as late as it may: about 40 ms (RFC 1122, 4.2.3.2). Until then
/// the other side's system keeps back the second of two small writes (RFC 896), and so the two can be told apart. Only
/// Linux can be told to; other systems do so by themselves.
pub fn acknowledge_late(socket: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(socket).set_tcp_quickack(false); // else two writes look like one
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

/// In how many segments that had something in them all has come over a socket so far, where the system tells (Linux). One
/// that was sent again counts again, which the other side's system does when it has waited for 200 ms (RFC 6298 and Linux's
/// `TCP_RTO_MIN`).
pub fn segments_of(socket: &TcpStream) -> Option<u32> {
    segments_to(socket.local_addr().ok()?, socket.peer_addr().ok()?)
}

/// Frees the port of a server that has closed its connection with `client` first: the system would keep it for a
/// minute, and most programs cannot listen on it meanwhile. A new call from the same address, given up at once,
/// makes the system forget the old one (RFC 1337 tells how).
///
/// # Errors
/// When the call does not get through, as is expected: nobody listens. When a third one has the client's port too,
/// and did not set SO_REUSEADDR, there is no such call.
pub fn release(client: SocketAddr, server: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&client.into())?;
    socket.set_nonblocking(true)?;
    socket.connect(&server.into())
}

/// The TCP ports that a program and all that it has started listen on, where the system tells (Linux).
pub fn listening_ports(program: u32) -> BTreeSet<u16> {
    let is_listening = |socket: &&TcpSocket| socket.state == State::Listening;
    sockets_of(program).iter().filter(is_listening).map(|socket| socket.local.port()).collect()
}

/// The ports that a program and all that it has started have called, where the system tells (Linux).
pub fn called_ports(program: u32) -> BTreeSet<u16> {
    let listening = listening_ports(program);
    let is_call = |socket: &&TcpSocket| {
        socket.state == State::Other && !listening.contains(&socket.local.port())
    };
    let sockets = sockets_of(program);
    sockets.iter().filter(is_call).map(|socket| socket.remote.port()).collect()
}

/// The TCP sockets that a program and all that it has started have open.
fn sockets_of(program: u32) -> Vec<TcpSocket> {
    let family = census::family_now(program);
    let theirs: BTreeSet<u64> =
        family.iter().flat_map(|member| census::sockets_of(member.pid)).collect();
    tcp_sockets().into_iter().flatten().filter(|socket| theirs.contains(&socket.inode)).collect()
}

/// Whether somebody listens on a port of this machine, where the system tells (Linux).
pub fn is_listening(port: u16) -> Option<bool> {
    let is_it =
        |socket: &TcpSocket| socket.state == State::Listening && socket.local.port() == port;
    Some(tcp_sockets()?.iter().any(is_it))
}

/// The connections of a port on this machine that are closed on both sides, but kept for a minute, since the
/// server has closed them first (TIME_WAIT, RFC 9293): client and server of each, where the system tells (Linux).
pub fn lingering(port: u16) -> Vec<(SocketAddr, SocketAddr)> {
    let kept = tcp_sockets().into_iter().flatten().filter(|socket| socket.state == State::Kept);
    kept.filter(|socket| socket.local.port() == port).map(|s| (s.remote, s.local)).collect()
}

/// Sends bytes in two pieces, each of which is read on its own however late the other side comes to read: a read ends
/// at the mark that urgent data makes (RFC 9293, 3.8.5). The urgent byte is not among what is read. `false`: not all
/// was taken.
///
/// # Errors
/// When they cannot be sent, or the system knows no such mark.
pub fn send_in_two(mut socket: &TcpStream, first: &[u8], second: &[u8]) -> io::Result<bool> {
    const URGENT: &[u8] = b"!";
    let first = [first, URGENT].concat();
    let count = SockRef::from(socket).send_out_of_band(&first)?;
    Ok(count == first.len() && socket.write(second)? == second.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    #[cfg(target_os = "linux")]
    use std::time::Instant;

    use super::*;

    #[test]
    fn two_pieces_that_have_both_come_are_read_one_after_the_other() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let client = TcpStream::connect(listener.local_addr().expect("its address"));
        let client = client.expect("it listens");
        let (mut server, _) = listener.accept().expect("a call");
        assert!(send_in_two(&client, b"but", b"ter\n").expect("there is such a mark"));
        drop(client); // all of it has come
        let mut read = || {
            let mut bytes = [0; 100];
            let count = server.read(&mut bytes).expect("it is open");
            String::from_utf8_lossy(&bytes[..count]).into_owned()
        };
        assert_eq!([read(), read(), read()], ["but", "ter\n", ""]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_port_that_the_system_keeps_is_freed() {
        // Not if another program's connection happens to have the client's port too.
        assert!((0..5).any(|_| is_freed()));
    }

    #[cfg(target_os = "linux")]
    fn is_freed() -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let mut client = call(address, Duration::from_secs(10)).expect("it listens");
        drop(listener.accept().expect("a call"));
        assert_eq!(client.read(&mut [0]).expect("the end"), 0);
        drop((client, listener));
        let [(client, server)] = lingering(address.port())[..] else {
            panic!("the connection is kept, since the server has closed it first");
        };
        assert_eq!(server, address);
        let _ = release(client, server);
        let began = Instant::now(); // a busy system lets go of it a moment later
        while began.elapsed() < Duration::from_secs(1) {
            if lingering(address.port()).is_empty() {
                return true;
            }
        }
        false
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn only_a_socket_that_listens_has_a_listening_port() {
        let listener = TcpListener::bind(local(0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let client = call(address, Duration::from_secs(10)).expect("it listens");
        let ports = listening_ports(std::process::id());
        assert!(ports.contains(&address.port()), "{ports:?}");
        assert!(!ports.contains(&client.local_addr().expect("its address").port()), "{ports:?}");
    }
}
