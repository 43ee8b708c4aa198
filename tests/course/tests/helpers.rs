//! The helpers, over real sockets, byte by byte.

use std::hint;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chatlings::proto::{FastHandshake, Message};
use chatlings::serve::{self, Registry};
use chatlings::{frame, text};
use course_tests::{DEADLINE, wait_until};
use socket2::SockRef;

/// Two ends of one connection. Reading from the second one gives up after the deadline.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let one = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
    let (other, _) = listener.accept().expect("the other end");
    other.set_read_timeout(Some(DEADLINE)).expect("a time limit");
    one.set_nodelay(true).expect("no delay");
    (one, other)
}

mod text_messages {
    use super::*;

    /// All messages that come out when these bytes come in and the stream ends.
    fn received(bytes: &[u8]) -> io::Result<Vec<String>> {
        let (mut sender, receiver) = connection();
        let bytes = bytes.to_vec();
        let sending = thread::spawn(move || {
            let _ = sender.write_all(&bytes); // the receiver may close before it has all
        });
        let mut messages = text::Reader::new(&receiver);
        let mut found = Vec::new();
        let result = loop {
            match messages.receive() {
                Ok(Some(message)) => found.push(message),
                Ok(None) => break Ok(found),
                Err(error) => break Err(error),
            }
        };
        drop(receiver);
        sending.join().expect("the sender does not panic");
        result
    }

    #[test]
    fn what_could_change_a_terminal_is_not_printable() {
        assert_eq!(text::printable("straße, ñandú"), "straße, ñandú");
        assert_eq!(text::printable("a\x1b[2J\u{9b}2J\r"), "a\u{fffd}[2J\u{fffd}2J\u{fffd}");
        assert_eq!(text::printable("\u{202e}eno\u{2028}"), "\u{fffd}eno\u{fffd}");
    }

    #[test]
    fn a_message_ends_at_a_line_break_of_either_kind() {
        assert_eq!(received(b"bread\nbutter\r\n").expect("messages"), ["bread", "butter"]);
    }

    #[test]
    fn a_message_ends_with_the_stream() {
        assert_eq!(received(b"bread\nbut").expect("messages"), ["bread", "but"]);
    }

    #[test]
    fn an_empty_line_is_an_empty_message() {
        assert_eq!(received(b"\n\r\nbread\n").expect("messages"), ["", "", "bread"]);
    }

    #[test]
    fn a_carriage_return_inside_a_line_is_kept() {
        assert_eq!(received(b"a\rb\n").expect("messages"), ["a\rb"]);
    }

    #[test]
    fn invalid_utf_8_is_shown_with_replacement_characters() {
        assert_eq!(received(b"br\xffead\n").expect("messages"), ["br\u{fffd}ead"]);
    }

    #[test]
    fn nothing_at_all_is_no_message() {
        assert!(received(b"").expect("messages").is_empty());
    }

    #[test]
    fn a_message_without_a_line_break_counts_when_the_line_is_quiet() {
        let (mut sender, receiver) = connection();
        let mut messages = text::Reader::new(&receiver);
        for word in ["bread", "butter"] {
            sender.write_all(word.as_bytes()).expect("it is sent");
            assert_eq!(messages.receive().expect("a message").as_deref(), Some(word));
        }
    }

    #[test]
    fn a_line_break_that_comes_late_is_no_message_of_its_own() {
        let (mut sender, receiver) = connection();
        let mut messages = text::Reader::new(&receiver);
        sender.write_all(b"bread").expect("it is sent");
        assert_eq!(messages.receive().expect("a message").as_deref(), Some("bread"));
        sender.write_all(b"\r\nbutter\n\n").expect("it is sent");
        assert_eq!(messages.receive().expect("a message").as_deref(), Some("butter"));
        assert_eq!(messages.receive().expect("a message").as_deref(), Some(""));
    }

    #[test]
    fn what_has_come_with_a_message_is_taken_without_waiting() {
        let (mut sender, receiver) = connection();
        let mut messages = text::Reader::new(&receiver);
        assert_eq!(messages.next_received().expect("nothing was read yet"), None);
        sender.write_all(b"bread\nbutter\nja").expect("it is sent");
        assert_eq!(messages.receive().expect("a message").as_deref(), Some("bread"));
        assert_eq!(messages.next_received().expect("a message").as_deref(), Some("butter"));
        // The rest comes only later, so anyone who waited for it here would wait until it counts as a message.
        assert_eq!(messages.next_received().expect("no message"), None);
        sender.write_all(b"m\n").expect("it is sent");
        assert_eq!(messages.receive().expect("a message").as_deref(), Some("jam"));
    }

    #[test]
    fn no_time_limit_is_left_on_the_stream() {
        let (mut sender, receiver) = connection();
        receiver.set_read_timeout(None).expect("no time limit");
        let mut messages = text::Reader::new(&receiver);
        sender.write_all(b"bread").expect("it is sent");
        assert_eq!(messages.receive().expect("a message").as_deref(), Some("bread"));
        assert_eq!(receiver.read_timeout().expect("a time limit"), None);
        sender.write_all(b"but").expect("it is sent");
        drop(sender);
        assert_eq!(messages.receive().expect("a message").as_deref(), Some("but"));
        assert_eq!(receiver.read_timeout().expect("a time limit"), None);
    }

    #[test]
    fn a_message_in_many_pieces_is_one_message() {
        let (mut sender, receiver) = connection();
        thread::spawn(move || {
            for byte in b"breadcrumbs\n" {
                sender.write_all(&[*byte]).expect("it is sent");
                thread::yield_now();
            }
        });
        let message = text::Reader::new(&receiver).receive();
        assert_eq!(message.expect("a message").as_deref(), Some("breadcrumbs"));
    }

    #[test]
    fn a_message_of_the_longest_length_passes_and_one_byte_more_does_not() {
        let longest = vec![b'x'; text::LONGEST];
        for end in [&b"\n"[..], b"\r\n", b""] {
            let message = [&longest[..], end].concat();
            assert_eq!(received(&message).expect("a message")[0].len(), text::LONGEST);
        }
        let too_long = [&longest[..], b"x\n"].concat();
        assert_eq!(received(&too_long).expect_err("too long").kind(), ErrorKind::InvalidData);
        let endless = vec![b'x'; 10 * 1024 * 1024];
        assert_eq!(received(&endless).expect_err("too long").kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn a_sent_message_is_the_text_and_one_line_break() {
        let (sender, mut receiver) = connection();
        text::send(&sender, "bread").expect("it is sent");
        drop(sender);
        let mut bytes = Vec::new();
        receiver.read_to_end(&mut bytes).expect("it is received");
        assert_eq!(bytes, b"bread\n");
    }
}

mod frames {
    use super::*;

    fn received(bytes: &[u8]) -> io::Result<Option<Message>> {
        let (mut sender, receiver) = connection();
        sender.write_all(bytes).expect("it is sent");
        sender.shutdown(Shutdown::Write).expect("the stream ends");
        frame::receive(&receiver)
    }

    #[test]
    fn a_frame_is_a_big_endian_length_and_the_message() {
        let (sender, mut receiver) = connection();
        frame::send(&sender, &FastHandshake { id: 1, error: false }).expect("it is sent");
        frame::send(&sender, &Message { from: 1, to: -1, msg: "hi".to_string() })
            .expect("it is sent");
        drop(sender);
        let mut bytes = Vec::new();
        receiver.read_to_end(&mut bytes).expect("it is received");
        let handshake = [0, 0, 0, 2, 0x08, 1];
        let message = [
            0, 0, 0, 17, 0x08, 1, 0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0x1a, 2,
            b'h', b'i',
        ];
        assert_eq!(bytes, [&handshake[..], &message[..]].concat());
    }

    #[test]
    fn what_is_sent_is_received() {
        let (sender, receiver) = connection();
        for message in [
            Message::default(),
            Message { from: i64::MIN, to: i64::MAX, msg: "Grüße, 你好".to_string() },
            Message { from: 1, to: 2, msg: "x".repeat(60_000) },
        ] {
            frame::send(&sender, &message).expect("it is sent");
            assert_eq!(frame::receive(&receiver).expect("a frame"), Some(message));
        }
    }

    #[test]
    fn a_frame_of_length_0_is_a_message_of_defaults() {
        assert_eq!(received(&[0, 0, 0, 0]).expect("a frame"), Some(Message::default()));
    }

    #[test]
    fn the_end_between_two_frames_is_no_error() {
        assert_eq!(received(&[]).expect("the end"), None);
    }

    #[test]
    fn a_cut_off_frame_is_an_error() {
        for cut_off in [&[0, 0][..], &[0, 0, 0, 2], &[0, 0, 0, 2, 8]] {
            assert_eq!(
                received(cut_off).expect_err("cut off").kind(),
                ErrorKind::UnexpectedEof,
                "{cut_off:?}"
            );
        }
    }

    #[test]
    fn a_length_beyond_the_longest_is_refused_before_anything_follows_it() {
        let (mut sender, receiver) = connection();
        sender.write_all(&(frame::LONGEST as u32 + 1).to_be_bytes()).expect("it is sent");
        // The sender stays, and sends nothing more: anyone who waits for the message waits forever.
        let error = frame::receive::<Message>(&receiver).expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(received(&[255; 4]).expect_err("too long").kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn bytes_that_do_not_decode_are_an_error() {
        assert_eq!(
            received(&[0, 0, 0, 2, 0x1a, 0x7f]).expect_err("no message").kind(),
            ErrorKind::InvalidData
        );
    }

    #[test]
    fn a_message_that_is_too_long_is_not_sent() {
        let (sender, _receiver) = connection();
        let message = Message { from: 0, to: 0, msg: "x".repeat(frame::LONGEST) };
        assert_eq!(
            frame::send(&sender, &message).expect_err("too long").kind(),
            ErrorKind::InvalidInput
        );
    }
}

mod serving {
    use super::*;

    #[test]
    fn a_taken_port_is_reported_in_a_line_that_says_what_to_do() {
        let first = serve::listen("127.0.0.1:0").expect("a free port");
        let address = first.local_addr().expect("an address").to_string();
        let error = serve::listen(&address).expect_err("it is taken");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(
            error
                .to_string()
                .starts_with(&format!("cannot listen on {address}: address already in use ("))
        );
    }

    #[test]
    fn a_server_that_does_not_run_is_reported_in_a_line_that_says_what_to_do() {
        let address =
            serve::listen("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
        let error = serve::connect(&address.to_string()).expect_err("nobody listens any more");
        let expected =
            format!("cannot connect to {address}: connection refused (is the server running?)");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn an_unknown_host_is_an_error_and_not_a_panic() {
        assert!(serve::listen("no such host:1").is_err());
        assert!(serve::connect("no such host:1").is_err());
    }

    #[test]
    fn a_server_listens_on_a_name_and_is_called_by_it() {
        let listener = serve::listen("localhost:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let client = serve::connect(&format!("localhost:{port}")).expect("it listens");
        let (_, address) = serve::accept(&listener);
        assert_eq!(address, client.local_addr().expect("an address"));
    }

    #[test]
    fn a_name_whose_first_address_is_taken_is_listened_on_at_the_next_one() {
        let mut addresses: Vec<SocketAddr> = Vec::new();
        for address in "localhost:0".to_socket_addrs().expect("localhost has an address") {
            if !addresses.contains(&address) && TcpListener::bind(address).is_ok() {
                addresses.push(address);
            }
        }
        let &[first, second, ..] = &addresses[..] else {
            println!("skipped: localhost has one address only on this machine, {addresses:?}");
            return;
        };
        // The port must be free at the second address, which a test cannot know before: so several are tried.
        for _ in 0..20 {
            let taken = TcpListener::bind(first).expect("a free port");
            let port = taken.local_addr().expect("an address").port();
            if let Ok(listener) = serve::listen(&format!("localhost:{port}")) {
                let address = listener.local_addr().expect("an address");
                assert_eq!(address, SocketAddr::new(second.ip(), port));
                return;
            }
        }
        panic!("no port of {second} was listened on");
    }

    #[test]
    fn a_server_listens_on_an_ipv6_address() {
        if let Err(error) = TcpListener::bind("[::1]:0") {
            println!("skipped: this machine has no IPv6 ({error})");
            return;
        }
        let listener = serve::listen("[::1]:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        assert!(address.is_ipv6());
        let client = serve::connect(&address.to_string()).expect("it listens");
        assert_eq!(serve::accept(&listener).1, client.local_addr().expect("an address"));
    }

    #[test]
    #[cfg(target_os = "linux")] // others allow a crowd of 128, whatever a program asks for
    fn a_crowd_may_come_before_anybody_is_accepted() {
        const CROWD: usize = 300;
        let limit = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("a limit");
        if limit.trim().parse::<usize>().expect("a number") < CROWD {
            println!("skipped: this system lets only {} wait", limit.trim());
            return;
        }
        let listener = serve::listen("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let crowd: Vec<TcpStream> = (0..CROWD)
            .map(|_| TcpStream::connect_timeout(&address, DEADLINE).expect("there is space"))
            .collect();
        for client in &crowd {
            assert_eq!(serve::accept(&listener).1, client.local_addr().expect("an address"));
        }
    }

    #[test]
    fn each_client_has_a_thread_with_its_name_and_an_error_ends_only_that_one() {
        let listener = serve::listen("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (names, named) = mpsc::channel();
        thread::spawn(move || {
            serve::each_client(&listener, move |client| {
                let name = thread::current().name().map(str::to_string);
                names.send((name, client.peer_addr()?)).expect("the test waits for it");
                Err(io::Error::other("this client is of no use"))
            })
        });
        for _ in 0..3 {
            let mut client = serve::connect(&address).expect("the server still accepts");
            let (name, peer) = named.recv_timeout(DEADLINE).expect("a thread runs");
            assert_eq!(peer, client.local_addr().expect("an address"));
            assert_eq!(name, Some(format!("client {peer}")));
            assert_eq!(client.read(&mut [0]).expect("the connection ends"), 0);
        }
    }

    #[test]
    fn a_registry_counts_who_is_there_and_gives_no_id_twice() {
        let registry = Registry::new(2);
        let (one, _one) = connection();
        let (other, _other) = connection();
        let first = registry.join(&one).expect("room for one");
        let second = registry.join(&other).expect("room for two");
        assert_eq!((first.id(), second.id(), registry.count()), (1, 2, 2));
        assert!(registry.join(&one).is_none(), "there is no room for three");
        drop(first);
        assert_eq!(registry.count(), 1);
        let third = registry.join(&one).expect("room again");
        assert_eq!((third.id(), registry.count()), (3, 2));
    }

    #[test]
    fn a_seat_is_given_back_when_its_thread_panics() {
        let registry = Arc::new(Registry::new(1));
        let (stream, _other) = connection();
        let for_thread = Arc::clone(&registry);
        let panicked = thread::spawn(move || {
            let _seat = for_thread.join(&stream).expect("there is room");
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        wait_until("the seat is given back", || registry.count() == 0);
    }
}

mod rooms {
    use super::*;
    use chatlings::room::{Member, Room};

    /// Somebody in the room, and what they hear.
    fn enter(room: &Arc<Room>, name: &str) -> (Arc<Member>, TcpStream) {
        let (theirs, ours) = connection();
        let member = room.join(name, &Arc::new(theirs), b"welcome\n").expect("a connection");
        let mut heard = [0; 8];
        (&ours).read_exact(&mut heard).expect("a welcome");
        assert_eq!(&heard, b"welcome\n");
        (member.expect("the name is free"), ours)
    }

    fn hears(mut stream: &TcpStream, expected: &[u8]) {
        let mut heard = vec![0; expected.len()];
        stream.read_exact(&mut heard).expect("something is heard");
        assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(expected));
    }

    #[test]
    fn all_but_the_one_who_says_it_hear_it() {
        let room = Room::new();
        let (alice, alice_hears) = enter(&room, "alice");
        let (bob, bob_hears) = enter(&room, "bob");
        let (_carol, carol_hears) = enter(&room, "carol");
        room.say(&alice, b"bread\n".to_vec());
        room.say(&bob, b"butter\n".to_vec());
        hears(&bob_hears, b"bread\n");
        hears(&carol_hears, b"bread\nbutter\n");
        hears(&alice_hears, b"butter\n");
    }

    #[test]
    fn what_is_told_to_one_is_heard_by_that_one_only_and_in_its_turn() {
        let room = Room::new();
        let (alice, alice_hears) = enter(&room, "alice");
        let (bob, bob_hears) = enter(&room, "bob");
        room.say(&bob, b"one\n".to_vec());
        room.tell(&alice, b"two\n".to_vec());
        room.say(&bob, b"three\n".to_vec());
        hears(&alice_hears, b"one\ntwo\nthree\n");
        room.say(&alice, b"four\n".to_vec());
        hears(&bob_hears, b"four\n");
    }

    #[test]
    fn a_name_is_taken_until_its_owner_has_left() {
        let room = Room::new();
        let (alice, alice_hears) = enter(&room, "alice");
        let (stream, _other) = connection();
        let stream = Arc::new(stream);
        assert!(room.join("alice", &stream, b"").expect("a connection").is_none());
        assert_eq!(room.names(), ["alice"]);
        room.leave(&alice);
        room.leave(&alice);
        assert_eq!((&alice_hears).read(&mut [0]).expect("the connection ends"), 0);
        assert!(room.join("alice", &stream, b"").expect("a connection").is_some());
    }

    #[test]
    fn everybody_hears_all_of_many_senders_in_one_order() {
        const SENDERS: usize = 4;
        const LINES: usize = 5000;
        let room = Room::new();
        let listeners: Vec<_> =
            (0..3).map(|number| enter(&room, &format!("listener {number}"))).collect();
        let senders: Vec<_> =
            (0..SENDERS).map(|number| enter(&room, &format!("sender {number}"))).collect();
        let length = b"0 00000\n".len();
        let heard: Vec<Vec<u8>> = thread::scope(|scope| {
            for (number, (member, _)) in senders.iter().enumerate() {
                let room = &room;
                scope.spawn(move || {
                    for line in 0..LINES {
                        room.say(member, format!("{number} {line:05}\n").into_bytes());
                    }
                });
            }
            // A sender that does not read would hold up the others, and be removed.
            for (_, stream) in &senders {
                scope.spawn(move || {
                    let mut heard = vec![0; (SENDERS - 1) * LINES * length];
                    (&*stream).read_exact(&mut heard).expect("the others are heard");
                });
            }
            let reading = |stream: &TcpStream| {
                let mut heard = vec![0; SENDERS * LINES * length];
                { stream }.read_exact(&mut heard).expect("everybody is heard");
                heard
            };
            let threads: Vec<_> =
                listeners.iter().map(|(_, stream)| scope.spawn(move || reading(stream))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(
            heard.iter().all(|other| *other == heard[0]),
            "all have heard the same, in the same order"
        );
        for number in 0..SENDERS {
            let text = String::from_utf8_lossy(&heard[0]);
            let lines: Vec<&str> =
                text.lines().filter_map(|line| line.strip_prefix(&format!("{number} "))).collect();
            let expected: Vec<String> = (0..LINES).map(|line| format!("{line:05}")).collect();
            assert_eq!(lines, expected, "the lines of sender {number}");
        }
    }

    #[test]
    fn of_two_lines_that_are_said_at_once_neither_is_left_behind() {
        const ROUNDS: usize = 2000;
        let room = Room::new();
        let (_bob, bob_hears) = enter(&room, "bob"); // the first, so that both come to him at once
        let (alice, _alice_hears) = enter(&room, "alice");
        let (carol, _carol_hears) = enter(&room, "carol");
        thread::scope(|scope| {
            // Each says a line whenever it is asked to, and ends when nobody can ask it any more.
            let speakers = [&alice, &carol].map(|member| {
                let (ask, asked) = mpsc::channel();
                let room = &room;
                scope.spawn(move || {
                    asked.iter().for_each(|()| room.say(member, b"bread\n".to_vec()))
                });
                ask
            });
            for round in 0..ROUNDS {
                for speaker in &speakers {
                    speaker.send(()).expect("the speaker is there");
                    for _ in 0..round % 100 * 20 {
                        hint::spin_loop(); // a little later each time, to meet every moment of the other's send
                    }
                }
                hears(&bob_hears, b"bread\nbread\n");
            }
        });
    }

    #[test]
    fn a_member_who_does_not_read_is_removed_and_the_others_lose_nothing() {
        const LINES: usize = 300;
        let line = [&[b'x'; 64 * 1024 - 1][..], b"\n"].concat(); // 19 MB in all: more than systems keep
        let room = Room::new();
        let (alice, _alice_hears) = enter(&room, "alice");
        let (_bob, bob_hears) = enter(&room, "bob");
        let (_mallory, _does_not_hear) = enter(&room, "mallory");
        thread::scope(|scope| {
            let reading = scope.spawn(|| {
                let mut heard = vec![0; LINES * line.len()];
                (&bob_hears).read_exact(&mut heard).expect("bob hears all of it");
            });
            for _ in 0..LINES {
                room.say(&alice, line.clone());
            }
            reading.join().expect("no panic");
        });
        assert_eq!(room.names(), ["alice", "bob"]);
    }

    #[test]
    fn a_member_who_breaks_off_while_others_and_itself_wait_for_it_holds_nobody_up() {
        const LINES: usize = 300;
        let line = [&[b'x'; 64 * 1024 - 1][..], b"\n"].concat(); // 19 MB in all: more than systems keep
        let room = Room::new();
        let (alice, alice_hears) = enter(&room, "alice");
        let (bob, bob_hears) = enter(&room, "bob");
        thread::spawn(move || io::copy(&mut &alice_hears, &mut io::sink()));
        let said = Arc::new(AtomicUsize::new(0));
        for talker in [alice, bob] {
            let (room, said, line) = (Arc::clone(&room), Arc::clone(&said), line.clone());
            thread::spawn(move || {
                for _ in 0..LINES {
                    room.say(&talker, line.clone());
                    said.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        // Both wait for bob, who takes nothing, as soon as nothing more is said for a moment.
        let mut before = usize::MAX;
        while before != said.load(Ordering::SeqCst) {
            before = said.load(Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
        }
        SockRef::from(&bob_hears).set_linger(Some(Duration::ZERO)).expect("a reset");
        drop(bob_hears);
        wait_until("everything is said", || said.load(Ordering::SeqCst) == 2 * LINES);
        assert_eq!(room.names(), ["alice"]);
    }

    #[test]
    fn a_slow_reader_slows_the_writer_down_and_loses_nothing() {
        const LINES: usize = 200;
        let line = [&[b'x'; 64 * 1024 - 1][..], b"\n"].concat();
        let room = Room::new();
        let (alice, _alice_hears) = enter(&room, "alice");
        let (_bob, bob_hears) = enter(&room, "bob");
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut rest = LINES * line.len();
                let mut buffer = vec![0; 256 * 1024];
                while rest > 0 {
                    rest -= (&bob_hears).read(&mut buffer).expect("bob is still there");
                    thread::sleep(Duration::from_millis(2)); // on purpose: it is what is tried here
                }
            });
            for _ in 0..LINES {
                room.say(&alice, line.clone());
            }
        });
        assert_eq!(room.names(), ["alice", "bob"]);
    }
}
