//! The TCP sockets that the system has, where it tells (Linux): it is asked by a message (`man 7 sock_diag`) or, if it
//! does not reply to those, by `/proc/net/tcp`, which says the same but takes a hundred times as long to be made up.

use std::fs;
use std::net::SocketAddr;

/// A TCP socket of this thread's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TcpSocket {
    /// Its address. (An IPv4 address in IPv6 is one of IPv4.)
    pub(super) local: SocketAddr,
    /// The address at the other end, if it has one.
    pub(super) remote: SocketAddr,
    pub(super) state: State,
    /// Its number, by which a process has it open: `socket:[4711]`.
    pub(super) inode: u64,
}

/// What a socket does (RFC 9293, 3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Listening,
    /// TIME_WAIT
    Kept,
    Other,
}

impl State {
    /// A state by its number in Linux (`include/net/tcp_states.h`).
    fn numbered(number: u8) -> State {
        match number {
            10 => State::Listening,
            6 => State::Kept,
            _ => State::Other,
        }
    }
}

/// All of them, where the system tells.
pub(super) fn tcp_sockets() -> Option<Vec<TcpSocket>> {
    by_message().or_else(by_table)
}

/// In how many segments that had something in them all has come that came to the socket between these addresses (both of
/// IPv4), where the system tells: one that was sent again counts again.
pub(super) fn segments_to(local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    message::segments_to(local, remote)
}

/// As `/proc` has them, if it has the first of these tables.
fn by_table() -> Option<Vec<TcpSocket>> {
    let table_of = |name| fs::read_to_string(format!("/proc/thread-self/net/{name}")).ok();
    let tables = table_of("tcp")? + &table_of("tcp6").unwrap_or_default();
    Some(tables.lines().filter_map(in_line).collect())
}

/// Reads a line such as `1: 0100007F:1F90 0100007F:9688 06 … 4711 …`: 4711 is the number of the socket (the inode).
fn in_line(line: &str) -> Option<TcpSocket> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    Some(TcpSocket {
        local: address(fields.get(1)?)?,
        remote: address(fields.get(2)?)?,
        state: State::numbered(u8::from_str_radix(fields.get(3)?, 16).ok()?),
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// `0100007F:1F90` is 127.0.0.1:8080. (An IPv4 address in IPv6 ends in the same.)
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let host = u32::from_str_radix(host.get(host.len().checked_sub(8)?..)?, 16).ok()?;
    Some(SocketAddr::from((host.to_ne_bytes(), u16::from_str_radix(port, 16).ok()?)))
}

use message::by_message;

/// Other systems have no such messages.
#[cfg(not(target_os = "linux"))]
mod message {
    use std::net::SocketAddr;

    use super::TcpSocket;

    pub(super) fn by_message() -> Option<Vec<TcpSocket>> {
        None
    }

    pub(super) fn segments_to(_local: SocketAddr, _remote: SocketAddr) -> Option<u32> {
        None
    }
}

/// Messages to the system, and its replies (`man 7 netlink`, `include/uapi/linux/inet_diag.h`).
#[cfg(target_os = "linux")]
mod message {
    use std::net::SocketAddr;
    use std::os::fd::OwnedFd;

    use rustix::net::netlink::SOCK_DIAG;
    use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
    use rustix::net::{recv, send, socket_with};

    use super::{State, TcpSocket};

    const HEADER: usize = 16;
    /// `inet_diag_req_v2`: family, protocol, 2 bytes, states, and an address that is left empty.
    const QUESTION: usize = 56;
    /// `inet_diag_msg`
    const REPLY: usize = 72;
    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    const NLM_F_REQUEST: u16 = 1;
    const NLM_F_DUMP: u16 = 0x300;
    const NLMSG_DONE: u16 = 3;
    const IPPROTO_TCP: u8 = 6;
    const ALL_STATES: u32 = 0xfff;
    const LONGEST: usize = 1 << 16;

    /// The part of a reply with the `tcp_info` (`include/uapi/linux/tcp.h`), and what asks for it besides the rest.
    const INET_DIAG_INFO: u16 = 2;
    const INFO: u8 = 1 << (INET_DIAG_INFO - 1);
    const NOTHING: u8 = 0;
    /// `rtattr`: the length and the type of a part of a reply.
    const PART_HEADER: usize = 4;
    /// Where `tcpi_data_segs_in` is in that `tcp_info`.
    const DATA_SEGMENTS_IN: usize = 152;

    /// Somebody to ask.
    fn system() -> Option<OwnedFd> {
        let (netlink, raw) = (AddressFamily::NETLINK, SocketType::RAW);
        socket_with(netlink, raw, SocketFlags::CLOEXEC, Some(SOCK_DIAG)).ok()
    }

    /// As the system replies, if it does.
    pub(super) fn by_message() -> Option<Vec<TcpSocket>> {
        let system = system()?;
        let mut sockets = Vec::new();
        let mut buffer = vec![0; LONGEST];
        for family in [AddressFamily::INET, AddressFamily::INET6] {
            let question = question(NLM_F_REQUEST | NLM_F_DUMP, family, NOTHING, &[]);
            send(&system, &question, SendFlags::empty()).ok()?;
            let mut is_done = false;
            while !is_done {
                // What is to be said next is there by the time that anything is asked for.
                let (count, _) = recv(&system, &mut buffer[..], RecvFlags::DONTWAIT).ok()?;
                let mut messages = buffer.get(..count)?;
                while !messages.is_empty() && !is_done {
                    let (kind, content, rest) = split(messages)?;
                    match kind {
                        NLMSG_DONE => is_done = true,
                        SOCK_DIAG_BY_FAMILY => sockets.push(in_reply(content)?),
                        _ => return None, // an error
                    }
                    messages = rest;
                }
            }
        }
        Some(sockets)
    }

    /// As the system replies, if it does: it is asked for one socket, and what it knows of that.
    pub(super) fn segments_to(local: SocketAddr, remote: SocketAddr) -> Option<u32> {
        const ANY_COOKIE: [u8; 8] = [0xff; 8];
        let (SocketAddr::V4(local), SocketAddr::V4(remote)) = (local, remote) else { return None };
        let mut which = Vec::new(); // `inet_diag_sockid`
        which.extend([local.port().to_be_bytes(), remote.port().to_be_bytes()].concat());
        for address in [local, remote] {
            which.extend(address.ip().octets());
            which.extend([0; 12]); // IPv6 has more
        }
        which.extend([0; 4]); // at any interface
        which.extend(ANY_COOKIE);
        let system = system()?;
        let question = question(NLM_F_REQUEST, AddressFamily::INET, INFO, &which);
        send(&system, &question, SendFlags::empty()).ok()?;
        let mut buffer = vec![0; LONGEST];
        let (count, _) = recv(&system, &mut buffer[..], RecvFlags::DONTWAIT).ok()?;
        let (kind, content, _) = split(buffer.get(..count)?)?;
        let mut parts = content.get(REPLY..).filter(|_| kind == SOCK_DIAG_BY_FAMILY)?;
        while !parts.is_empty() {
            let length = u16::from_ne_bytes(piece(parts, 0)?) as usize;
            let part = parts.get(PART_HEADER..length)?;
            if u16::from_ne_bytes(piece(parts, 2)?) == INET_DIAG_INFO {
                return Some(u32::from_ne_bytes(piece(part, DATA_SEGMENTS_IN)?));
            }
            parts = parts.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        None
    }

    /// A message that asks for a socket, or for all, and for something besides.
    fn question(flags: u16, family: AddressFamily, besides: u8, which: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + QUESTION);
        bytes.extend(((HEADER + QUESTION) as u32).to_ne_bytes());
        bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]); // no number, and to nobody but the system
        bytes.extend([family.as_raw() as u8, IPPROTO_TCP, besides, 0]);
        bytes.extend(ALL_STATES.to_ne_bytes());
        bytes.extend(which);
        bytes.resize(HEADER + QUESTION, 0);
        bytes
    }

    /// The first of some messages: its type and its content, and the others.
    fn split(messages: &[u8]) -> Option<(u16, &[u8], &[u8])> {
        let length = u32::from_ne_bytes(piece(messages, 0)?) as usize;
        let kind = u16::from_ne_bytes(piece(messages, 4)?);
        let content = messages.get(HEADER..length)?;
        let next = length.next_multiple_of(4);
        Some((kind, content, messages.get(next..).unwrap_or_default()))
    }

    /// Reads an `inet_diag_msg`.
    pub(super) fn in_reply(content: &[u8]) -> Option<TcpSocket> {
        let is_ipv6 = u16::from(*content.first()?) == AddressFamily::INET6.as_raw();
        let last_of = |address: usize| if is_ipv6 { address + 12 } else { address };
        let address = |host: usize, port: usize| {
            let host: [u8; 4] = piece(content, last_of(host))?;
            Some(SocketAddr::from((host, u16::from_be_bytes(piece(content, port)?))))
        };
        Some(TcpSocket {
            local: address(8, 4)?,
            remote: address(24, 6)?,
            state: State::numbered(*content.get(1)?),
            inode: u32::from_ne_bytes(piece(content, 68)?).into(),
        })
    }

    /// So many bytes from there on.
    fn piece<const LENGTH: usize>(bytes: &[u8], at: usize) -> Option<[u8; LENGTH]> {
        bytes.get(at..)?.first_chunk().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn local(port: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, port).into()
    }

    #[test]
    fn a_line_of_the_system_is_read() {
        let line =
            "1: 0100007F:1F90 0100007F:9688 06 00000000:00000000 03:000012D5 00000000 0 0 4711 3";
        let expected =
            TcpSocket { local: local(8080), remote: local(38536), state: State::Kept, inode: 4711 };
        assert_eq!(in_line(line), Some(expected));
        let mapped = line.replace("0100007F", "0000000000000000FFFF00000100007F");
        assert_eq!(in_line(&mapped), in_line(line));
        assert_eq!(in_line("sl local_address rem_address st"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn segments_are_counted_however_late_they_are_read() {
        use std::io::{Read, Write};
        use std::net::{TcpListener, TcpStream};
        use std::time::{Duration, Instant};
        const SENT_AGAIN: Duration = Duration::from_millis(200); // by then, one may count twice
        let listener = TcpListener::bind(local(0)).expect("a port");
        let address = listener.local_addr().expect("it has one");
        let mut client = TcpStream::connect(address).expect("it listens");
        client.set_nodelay(true).expect("a socket");
        let (mut server, from) = listener.accept().expect("a call");
        let count = || segments_to(address, from);
        assert_eq!(count(), Some(0));
        let began = Instant::now();
        for (piece, segments) in [("one", 1), ("other", 2), ("and the last", 3)] {
            client.write_all(piece.as_bytes()).expect("it is connected");
            let mut counted = count();
            while counted < Some(segments) && began.elapsed() < Duration::from_secs(10) {
                counted = count();
            }
            assert!(counted == Some(segments) || began.elapsed() >= SENT_AGAIN, "{counted:?}");
        }
        drop(client);
        let mut text = String::new();
        server.read_to_string(&mut text).expect("it is text");
        assert_eq!(text, "oneotherand the last");
        assert!(count() >= Some(3), "{:?}", count());
        assert_eq!(segments_to(local(0), local(0)), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_reply_of_the_system_is_read_and_says_what_the_table_says() {
        use std::net::{Ipv6Addr, TcpListener, TcpStream};
        use std::time::{Duration, Instant};
        let [one, other] =
            [TcpListener::bind(local(0)), TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0))]
                .map(|it| it.and_then(|it| Ok((it.local_addr()?.port(), it))));
        let (ports, listeners): (Vec<u16>, Vec<TcpListener>) =
            [one, other].into_iter().flatten().unzip();
        let clients: Vec<TcpStream> = ports
            .iter()
            .map(|port| TcpStream::connect(local(*port)).expect("it listens"))
            .collect();
        let servers: Vec<TcpStream> =
            listeners.iter().map(|it| it.accept().expect("a call").0).collect();
        drop(servers); // they close first: the system keeps the connections, once the clients have closed too
        drop(clients);
        let of_ports = |sockets: Vec<TcpSocket>| {
            let ours = |socket: &TcpSocket| ports.contains(&socket.local.port());
            let mut sockets: Vec<TcpSocket> = sockets.into_iter().filter(ours).collect();
            sockets.sort_by_key(|socket| (socket.local.port(), socket.inode));
            sockets
        };
        let tables = || [by_message(), by_table()].map(|told| of_ports(told.expect("it is told")));
        let count =
            |sockets: &[TcpSocket], state| sockets.iter().filter(|it| it.state == state).count();
        // On a busy machine, the end of a connection takes a moment.
        let deadline = Instant::now() + Duration::from_secs(10);
        let [mut told, mut listed] = tables();
        while (told != listed || count(&told, State::Kept) < listeners.len())
            && Instant::now() < deadline
        {
            [told, listed] = tables();
        }
        assert_eq!(told, listed);
        for state in [State::Listening, State::Kept] {
            assert_eq!(count(&told, state), listeners.len(), "{state:?}: {told:?}");
        }
        assert_eq!(message::in_reply(&[2; 71]), None, "it is too short");
    }
}
