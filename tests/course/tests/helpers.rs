//! The helpers, over real sockets, byte by byte. The largest of them, the room, has its own tests: `room.rs`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use chatlings::proto::{FastHandshake, Message};
use chatlings::serve::{self, Registry};
use chatlings::{frame, text};
use course_tests::{DEADLINE, wait_until};

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
        // Where the machine is too busy to send them soon after each other, they are sent again.
        let is_one = |_| {
            let (mut sender, receiver) = connection();
            let sending = thread::spawn(move || {
                let began = Instant::now();
                for byte in b"breadcrumbs\n" {
                    sender.write_all(&[*byte]).expect("it is sent");
                    thread::yield_now();
                }
                began.elapsed() < text::QUIET
            });
            let message = text::Reader::new(&receiver).receive().expect("a message");
            let was_in_time = sending.join().expect("all is sent");
            let is_one = message.as_deref() == Some("breadcrumbs");
            assert!(is_one || !was_in_time, "{message:?}");
            is_one
        };
        assert!((0..100).any(is_one));
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
