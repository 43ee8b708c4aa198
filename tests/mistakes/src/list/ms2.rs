//! Mistakes in milestone 2: a chat room.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "sends a message to its sender too",
        program: "ms2_server",
        edits: &[(
            "        if other != cid {",
            "        if other != cid || msg.starts_with(cid) {",
        )],
        fails: &["a message reaches everybody but its sender"],
    },
    Mistake {
        name: "loses the name of the sender",
        program: "ms2_server",
        edits: &[("broadcast(&format!(\"{cid}: {message}\")", "broadcast(&message")],
        fails: &["a message reaches everybody but its sender"],
    },
    Mistake {
        name: "broadcasts under the lock that broadcast takes",
        program: "ms2_server",
        edits: &[
            (
                "    console::log(&format!(\"{cid} has come\"));\n    broadcast(&format!(\"* {cid} has come\"), cid, connections);\n",
                "",
            ),
            (
                "fn enter(conn: &Arc<TcpStream>, cid: &str, connections: &Connections)",
                "fn enter(conn: &Arc<TcpStream>, cid: &str, dictionary: &Connections)",
            ),
            (
                "    let mut connections = serve::lock(connections);\n",
                "    let mut connections = serve::lock(dictionary);\n",
            ),
            (
                "    connections.insert(cid.to_string(), Arc::clone(conn));\n",
                "    connections.insert(cid.to_string(), Arc::clone(conn));\n    broadcast(&format!(\"* {cid} has come\"), cid, dictionary);\n",
            ),
        ],
        fails: &[
            "a message reaches everybody but its sender",
            "newcomers are told to the others",
            "messages arrive in the order they were sent",
            "those who leave are told to the others",
            "an empty name is refused",
            "a taken name is refused",
            "a name is free again when its owner has left",
            "a name that many want at once goes to one",
            "to be mended: a stalled member holds up all",
            "an empty line harms nobody",
        ],
    },
    Mistake {
        name: "serves one client after the other",
        program: "ms2_server",
        edits: &[
            (
                "    serve::each_client(listener, move |conn| {",
                "    let serve_client = |conn: Arc<TcpStream>| -> io::Result<()> {",
            ),
            (
                "&mut messages, &connections)
    })",
                "&mut messages, &connections)
    };
    loop {
        if let Err(error) = serve_client(Arc::new(serve::accept(listener).0)) {
            console::log(&error.to_string());
        }
    }",
            ),
        ],
        fails: &[
            "a message reaches everybody but its sender",
            "newcomers are told to the others",
            "messages arrive in the order they were sent",
            "those who leave are told to the others",
            "an empty name is refused",
            "a taken name is refused",
            "a name is free again when its owner has left",
            "a name that many want at once goes to one",
            "to be mended: a stalled member holds up all",
            "an empty line harms nobody",
        ],
    },
    Mistake {
        name: "welcomes before it knows the name",
        program: "ms2_server",
        edits: &[
            ("\"Hello! What is your name?\"", "\"Welcome! What is your name?\""),
            ("    text::send(conn, &format!(\"Welcome, {cid}!\"))?;\n", ""),
        ],
        fails: &[
            "a message reaches everybody but its sender",
            "greets and asks and welcomes",
            "newcomers are told to the others",
            "messages arrive in the order they were sent",
            "those who leave are told to the others",
            "an empty name is refused",
            "a taken name is refused",
            "a name is free again when its owner has left",
            "a name that many want at once goes to one",
            "to be mended: a stalled member holds up all",
            "an empty line harms nobody",
        ],
    },
    Mistake {
        name: "does not tell of newcomers",
        program: "ms2_server",
        edits: &[("    broadcast(&format!(\"* {cid} has come\"), cid, connections);\n", "")],
        fails: &["newcomers are told to the others"],
    },
    Mistake {
        name: "has a thread for each message",
        program: "ms2_server",
        edits: &[
            (
                "        broadcast(&format!(\"{cid}: {message}\"), cid, connections);
    }
    Ok(())",
                "        pause /= 2;
        scope.spawn(move || {
            std::thread::sleep(pause);
            broadcast(&format!(\"{cid}: {message}\"), cid, connections)
        });
    }
    Ok(())
    })",
            ),
            (
                "    while let Some(message) = messages.receive()? {\n        if cid",
                "    std::thread::scope(|scope| {
    // Which of them comes first is up to the system: here, the last one does.
    let mut pause = std::time::Duration::from_secs(1);
    while let Some(message) = messages.receive()? {\n        if cid",
            ),
        ],
        fails: &["messages arrive in the order they were sent"],
    },
    Mistake {
        name: "does not tell who has left",
        program: "ms2_server",
        edits: &[("    broadcast(&format!(\"* {cid} has left\"), cid, connections);\n", "")],
        fails: &["those who leave are told to the others"],
    },
    Mistake {
        name: "does not notice a reset",
        program: "ms2_server",
        edits: &[
            (
                "    let result = pass_on(cid, messages, connections);",
                "    pass_on(cid, messages, connections)?;",
            ),
            ("    result\n", "    Ok(())\n"),
        ],
        fails: &[
            "those who leave are told to the others",
            "a name is free again when its owner has left",
        ],
    },
    Mistake {
        name: "lets in an empty name",
        program: "ms2_server",
        edits: &[("(1..=32).contains", "(0..=32).contains")],
        fails: &["an empty name is refused"],
    },
    Mistake {
        name: "refuses an empty name without a word",
        program: "ms2_server",
        edits: &[(
            "        return text::send(conn, \"You need a name of 1 to 32 characters to come in. Goodbye.\");",
            "        return Ok(());",
        )],
        fails: &["an empty name is refused"],
    },
    Mistake {
        name: "refuses an empty name and does not close",
        program: "ms2_server",
        edits: &[(
            "        return text::send(conn, \"You need a name of 1 to 32 characters to come in. Goodbye.\");",
            "        text::send(conn, \"You need a name to come in.\")?;\n        return messages.receive().map(drop);",
        )],
        fails: &["an empty name is refused"],
    },
    Mistake {
        name: "gives a taken name to the second one",
        program: "ms2_server",
        edits: &[(
            "    if connections.contains_key(cid) {
        return Ok(false);
    }\n",
            "",
        )],
        fails: &["a taken name is refused", "a name that many want at once goes to one"],
    },
    Mistake {
        name: "refuses a taken name without a word",
        program: "ms2_server",
        edits: &[(
            "        return text::send(conn, &format!(\"Somebody is called {cid} already. Goodbye.\"));",
            "        return Ok(());",
        )],
        fails: &["a taken name is refused"],
    },
    Mistake {
        name: "throws out the first owner of a taken name",
        program: "ms2_server",
        edits: &[(
            "        return text::send(conn, &format!(\"Somebody is called {cid} already. Goodbye.\"));",
            "        serve::lock(connections).remove(cid);
        return text::send(conn, &format!(\"Somebody is called {cid} already. Goodbye.\"));",
        )],
        fails: &["a taken name is refused", "a name that many want at once goes to one"],
    },
    Mistake {
        name: "asks for a name under one lock and takes it under another",
        program: "ms2_server",
        edits: &[(
            "    let mut connections = serve::lock(connections);
    if connections.contains_key(cid) {
        return Ok(false);
    }",
            "    if serve::lock(connections).contains_key(cid) {
        return Ok(false);
    }
    // A thread may be stopped here at any time, and this one always is.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut connections = serve::lock(connections);",
        )],
        fails: &["a name that many want at once goes to one"],
    },
    Mistake {
        name: "never frees a name",
        program: "ms2_server",
        edits: &[("    serve::lock(connections).remove(cid);\n", "")],
        fails: &["a name is free again when its owner has left"],
    },
    Mistake {
        name: "panics when it writes to somebody who has left",
        program: "ms2_server",
        edits: &[
            (WRITE, "text::send(conn, msg).ok().expect(\"everybody is there\");"),
            LEAVES_IN_SILENCE[0],
            LEAVES_IN_SILENCE[1],
            LEAVES_IN_SILENCE[2],
        ],
        fails: &["to be mended: a stalled member holds up all"],
    },
    Mistake {
        name: "panics at an empty line",
        program: "ms2_server",
        edits: &[(
            "        broadcast(&format!(\"{cid}: {message}\")",
            "        message.chars().next().unwrap();\n        broadcast(&format!(\"{cid}: {message}\")",
        )],
        fails: &["an empty line harms nobody"],
    },
    Mistake {
        name: "forgets the welcome",
        program: "ms2_client",
        edits: &[(
            "    text::send(server, &name)\n",
            "    text::send(server, &name)?;\n    messages.receive()?; // the welcome\n    Ok(())\n",
        )],
        fails: &["the client gives its name and shows the welcome"],
    },
    Mistake {
        name: "does not ask its user for a name",
        program: "ms2_client",
        edits: &[(
            "None => console::read_line()?.unwrap_or_default(),",
            "None => \"anonymous\".to_string(),",
        )],
        fails: &[
            "the client gives its name and shows the welcome",
            "the client shows messages at any time",
            "a client cut off by its server says so",
            "the end of input ends the client",
            "an empty line does not end the client",
        ],
    },
    Mistake {
        name: "asks for a name although it has one",
        program: "ms2_client",
        edits: &[("        Some(name) => name,\n        None =>", "        _ =>")],
        fails: &["the client takes its name from `--name`"],
    },
    Mistake {
        name: "shows a message when its user has typed one",
        program: "ms2_client",
        edits: &[
            (
                "        let thread = thread::Builder::new().name(\"receive\".to_string());
        thread.spawn_scoped(scope, || receive(messages, screen, &is_over))?;\n",
                "",
            ),
            (
                "        if text::send(server, &line).is_err() {
            return Err(io::Error::other(\"the server has closed the connection\"));
        }\n",
                "        if text::send(server, &line).is_err() {
            return Err(io::Error::other(\"the server has closed the connection\"));
        }
        if let Some(message) = messages.receive()? {
            screen.show(&message);
        }\n",
            ),
            ("send(server, keyboard);", "send(server, keyboard, messages, screen);"),
            (
                "fn send(server: &TcpStream, mut keyboard: Keyboard)",
                "fn send(server: &TcpStream, mut keyboard: Keyboard, mut messages: text::Reader, mut screen: Screen)",
            ),
            ("scope(|scope|", "scope(|_|"),
        ],
        fails: &[
            "the client gives its name and shows the welcome",
            "the client shows messages at any time",
            "a client cut off by its server says so",
            "an empty line does not end the client",
        ],
    },
    Mistake {
        name: "does not send what is typed",
        program: "ms2_client",
        edits: &[(
            "        if text::send(server, &line).is_err() {",
            "        console::show(&line);\n        if false {",
        )],
        fails: &["the client shows messages at any time", "an empty line does not end the client"],
    },
    Mistake {
        name: "does not break the lines that it shows",
        program: "ms2_client",
        edits: &[("        screen.show(&message);", "        print!(\"{message} \");")],
        fails: &[
            "the client gives its name and shows the welcome",
            "the client shows messages at any time",
            "an empty line does not end the client",
        ],
    },
    Mistake {
        name: "says nothing when the server has left",
        program: "ms2_client",
        edits: &[(
            "        screen.give_up(\"the server has closed the connection\");",
            "        console::show(\"\");",
        )],
        fails: &["a client cut off by its server says so"],
    },
    Mistake {
        name: "takes the end of input for an empty line",
        program: "ms2_client",
        edits: &[(
            "    while let Some(line) = keyboard.read_line()? {",
            "    loop {
        let line = keyboard.read_line()?.unwrap_or_default();",
        )],
        fails: &["the end of input ends the client"],
    },
    Mistake {
        name: "keeps the connection at the end of input",
        program: "ms2_client",
        edits: &[(
            "        server.shutdown(Shutdown::Write) // the server ends its side then, and with it `receive`",
            "        Ok(())",
        )],
        fails: &["the end of input ends the client"],
    },
    Mistake {
        name: "ends when an empty line comes",
        program: "ms2_client",
        edits: &[(
            "        screen.show(&message);",
            "        if message.is_empty() {\n            break;\n        }\n        screen.show(&message);",
        )],
        fails: &["an empty line does not end the client"],
    },
    Mistake {
        name: "ends when an empty line is typed",
        program: "ms2_client",
        edits: &[(
            "        if text::send(server, &line).is_err() {",
            "        if line.is_empty() {\n            break;\n        }\n        if text::send(server, &line).is_err() {",
        )],
        fails: &["an empty line does not end the client"],
    },
];

const WRITE: &str = "let _ = text::send(conn, msg); // if it has left, its own thread finds out";

/// Without a line in the log, when two leave at once and either could be the first.
const LEAVES_IN_SILENCE: [(&str, &str); 3] = [
    ("    let result = pass_on(", "    let _ = pass_on("),
    ("    console::log(&format!(\"{cid} has left\"));\n", ""),
    ("    result\n", "    Ok(())\n"),
];
