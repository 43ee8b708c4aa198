//! Mistakes in 2.3 a handshake.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "sends the handshake after the first message",
        program: "ex7_server",
        edits: &[
            (
                "        let seat = registry.join(&client);",
                "        let seat = registry.join(&client);
        let first = frame::receive::<Message>(&client)?;",
            ),
            (
                "            talk(&client)?;",
                "            frame::send(&client, &first.unwrap_or_default())?;\n            talk(&client)?;",
            ),
        ],
        fails: EVERY_CHECK_OF_THE_SERVER,
    },
    Mistake {
        name: "sends a message for a handshake",
        program: "ex7_server",
        edits: &[(
            "    frame::send(client, &handshake)?;",
            "    frame::send(client, &Message { from: 0, to: 0, msg: \"welcome\".to_string() })?;",
        )],
        fails: EVERY_CHECK_OF_THE_SERVER,
    },
    Mistake {
        name: "counts ids from 0",
        program: "ex7_server",
        edits: &[("id: seat.id(),", "id: seat.id() - 1,")],
        fails: &["the handshake comes first"],
    },
    Mistake {
        name: "gives everybody the id 1",
        program: "ex7_server",
        edits: &[("id: seat.id(),", "id: 1,")],
        fails: &["no two connected clients share an id", "20 clients that join at once get 20 ids"],
    },
    Mistake {
        name: "takes the number of clients for an id",
        program: "ex7_server",
        edits: &[
            (
                "shake_hands(&client, seat.as_ref())",
                "shake_hands(&client, seat.as_ref(), &registry)",
            ),
            ("seat: Option<&Seat>)", "seat: Option<&Seat>, registry: &Registry)"),
            // Where the system does not switch threads by itself, this makes it do so.
            (
                "Some(seat) => FastHandshake { id: seat.id(), error: false },",
                "Some(_) => {
            std::thread::sleep(std::time::Duration::from_millis(300));
            FastHandshake { id: registry.count() as i64, error: false }
        }",
            ),
        ],
        fails: &["no two connected clients share an id", "20 clients that join at once get 20 ids"],
    },
    Mistake {
        name: "counts without a lock",
        program: "ex7_server",
        edits: &[
            (
                "Some(seat) => FastHandshake { id: seat.id(), error: false },",
                "Some(_) => {
            let id = LAST_ID.load(Ordering::SeqCst) + 1;
            // A thread may be stopped here at any time, and this one always is.
            std::thread::sleep(std::time::Duration::from_millis(300));
            LAST_ID.store(id, Ordering::SeqCst);
            FastHandshake { id, error: false }
        }",
            ),
            (
                "use std::process::ExitCode;",
                "use std::process::ExitCode;\nuse std::sync::atomic::{AtomicI64, Ordering};",
            ),
            (
                "#[derive(Parser)]",
                "static LAST_ID: AtomicI64 = AtomicI64::new(0);\n\n#[derive(Parser)]",
            ),
        ],
        fails: &["20 clients that join at once get 20 ids"],
    },
    Mistake {
        name: "refuses without error",
        program: "ex7_server",
        edits: &[
            ("FastHandshake { id: 0, error: true }", "FastHandshake { id: 0, error: false }"),
            ("Ok(!handshake.error)", "Ok(seat.is_some())"),
        ],
        fails: &["one client too many is refused", "after somebody leaves the next gets in"],
    },
    Mistake {
        name: "refuses without a word",
        program: "ex7_server",
        edits: &[(
            "        None => FastHandshake { id: 0, error: true },",
            "        None => return Ok(false),",
        )],
        fails: &["one client too many is refused", "after somebody leaves the next gets in"],
    },
    Mistake {
        name: "panics when there is no seat",
        program: "ex7_server",
        edits: &[(
            "    let handshake = match seat {
        Some(seat) => FastHandshake { id: seat.id(), error: false },
        None => FastHandshake { id: 0, error: true },
    };",
            "    let handshake = FastHandshake { id: seat.unwrap().id(), error: false };",
        )],
        fails: &["one client too many is refused", "after somebody leaves the next gets in"],
    },
    Mistake {
        name: "refuses and goes on talking",
        program: "ex7_server",
        edits: &[("Ok(!handshake.error)", "Ok(true)")],
        fails: &["one client too many is refused"],
    },
    Mistake {
        name: "refuses one too early",
        program: "ex7_server",
        edits: &[("Registry::new(args.max_clients)", "Registry::new(args.max_clients - 1)")],
        fails: &["one client too many is refused", "after somebody leaves the next gets in"],
    },
    Mistake {
        name: "never gives a seat back",
        program: "ex7_server",
        edits: &[(
            "            talk(&client)?;",
            "            let result = talk(&client);\n            std::mem::forget(seat);\n            result?;",
        )],
        fails: &["after somebody leaves the next gets in"],
    },
    Mistake {
        name: "gives no seat back after a reset",
        program: "ex7_server",
        edits: &[(
            "            talk(&client)?;",
            "            let seat = std::mem::ManuallyDrop::new(seat);\n            talk(&client)?;\n            drop(std::mem::ManuallyDrop::into_inner(seat));",
        )],
        fails: &["after somebody leaves the next gets in"],
    },
    Mistake {
        name: "gives no seat back to those who leave without end",
        program: "ex7_server",
        edits: &[
            (
                "            talk(&client)?;",
                "            if !talk(&client)? {\n                std::mem::forget(seat);\n            }",
            ),
            (
                "fn talk(client: &TcpStream) -> io::Result<()> {",
                "fn talk(client: &TcpStream) -> io::Result<bool> {",
            ),
            ("            break;", "            return Ok(true);"),
            (
                "        frame::send(client, &message)?;
    }
    Ok(())",
                "        frame::send(client, &message)?;
    }
    Ok(false)",
            ),
        ],
        fails: &["after somebody leaves the next gets in"],
    },
    Mistake {
        name: "gives a seat back too late",
        program: "ex7_server",
        edits: &[(
            "            talk(&client)?;",
            "            talk(&client)?;\n            client.shutdown(std::net::Shutdown::Both)?;\n            std::thread::sleep(std::time::Duration::from_secs(60));",
        )],
        fails: &["after somebody leaves the next gets in"],
    },
    Mistake {
        name: "echoes end too",
        program: "ex7_server",
        edits: &[(
            "        if message.msg == \"end\" {
            break;
        }
        frame::send(client, &message)?;",
            "        frame::send(client, &message)?;
        if message.msg == \"end\" {
            break;
        }",
        )],
        fails: &[
            "no two connected clients share an id",
            "after somebody leaves the next gets in",
            "messages echo until `end`",
        ],
    },
    Mistake {
        name: "replies with its own id",
        program: "ex7_server",
        edits: &[(
            "        frame::send(client, &message)?;\n    }",
            "        frame::send(client, &Message { from: 0, ..message })?;\n    }",
        )],
        fails: &[
            "the handshake comes first",
            "one client too many is refused",
            "after somebody leaves the next gets in",
            "messages echo until `end`",
        ],
    },
    Mistake {
        name: "reads a line before the handshake",
        program: "ex7_client",
        edits: &[
            (
                "    let id = shake_hands(&server)?;",
                "    let first = console::read_line()?;\n    let id = shake_hands(&server)?;",
            ),
            (
                "    loop {",
                "    if let Some(first) = first {\n        frame::send(&server, &compose(id, first))?;\n        show_reply(&server)?;\n    }\n    loop {",
            ),
        ],
        fails: &[
            "the client shows its id and talks",
            "a refused client says so",
            "a client cut off before the handshake says so",
        ],
    },
    Mistake {
        name: "does not show its id",
        program: "ex7_client",
        edits: &[("    console::show(&format!(\"your id is {id}\"));\n", "")],
        fails: &["the client shows its id and talks"],
    },
    Mistake {
        name: "does not break the line with its id",
        program: "ex7_client",
        edits: &[(
            "    console::show(&format!(\"your id is {id}\"));\n",
            "    print!(\"your id is {id} \");\n",
        )],
        fails: &["the client shows its id and talks"],
    },
    Mistake {
        name: "sends from 1 whatever its id",
        program: "ex7_client",
        edits: &[("from: id, to: 0", "from: 1, to: 0")],
        fails: &["the client shows its id and talks"],
    },
    Mistake {
        name: "takes the handshake for a message",
        program: "ex7_client",
        edits: &[(
            "    match frame::receive::<FastHandshake>(server)? {
        Some(handshake) if handshake.error => {
            Err(io::Error::other(\"the server refused the connection\"))
        }
        Some(handshake) => Ok(handshake.id),",
            "    match frame::receive::<Message>(server)? {
        Some(message) => Ok(message.to),",
        )],
        fails: &["the client shows its id and talks", "a refused client says so"],
    },
    Mistake {
        name: "ignores error",
        program: "ex7_client",
        edits: &[(
            "        Some(handshake) if handshake.error => {
            Err(io::Error::other(\"the server refused the connection\"))
        }\n",
            "",
        )],
        fails: &["a refused client says so"],
    },
    Mistake {
        name: "ends with status 0 when it is refused",
        program: "ex7_client",
        edits: &[(
            "            Err(io::Error::other(\"the server refused the connection\"))",
            "            console::log(\"the server refused the connection\");\n            std::process::exit(0)",
        )],
        fails: &["a refused client says so"],
    },
    Mistake {
        name: "ends without a word when it is refused",
        program: "ex7_client",
        edits: &[(
            "            Err(io::Error::other(\"the server refused the connection\"))",
            "            std::process::exit(1)",
        )],
        fails: &["a refused client says so"],
    },
    Mistake {
        name: "unwraps a handshake that did not come",
        program: "ex7_client",
        edits: &[(
            "match frame::receive::<FastHandshake>(server)? {",
            "match Some(frame::receive::<FastHandshake>(server)?.unwrap()) {",
        )],
        fails: &["a client cut off before the handshake says so"],
    },
    Mistake {
        name: "waits for ever for a handshake",
        program: "ex7_client",
        edits: &[(
            "        None => Err(io::Error::other(\"the server left before the handshake\")),",
            "        None => {
            std::thread::sleep(std::time::Duration::from_millis(10));
            shake_hands(server) // it may still come
        }",
        )],
        fails: &["a client cut off before the handshake says so"],
    },
];

const EVERY_CHECK_OF_THE_SERVER: &[&str] = &[
    "the handshake comes first",
    "no two connected clients share an id",
    "20 clients that join at once get 20 ids",
    "one client too many is refused",
    "after somebody leaves the next gets in",
    "messages echo until `end`",
];
