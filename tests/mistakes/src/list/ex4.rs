//! Mistakes in 1.4 one thread per client.

use super::{Mistake, ONE_READ_FOR_A_REPLY};

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "talks with one client after the other",
        program: "ex4_server",
        edits: &[("thread.spawn(move || {", "io::Result::Ok({")],
        fails: &[
            "a quiet client holds nobody up",
            "`end` closes that connection only",
            "a client that resets the connection harms nobody",
            "50 clients at once each get their own echoes",
            "a client that stops reading holds nobody up",
            "waiting costs no computing time",
        ],
    },
    Mistake {
        name: "waits for the first word before it starts a thread",
        program: "ex4_server",
        edits: &[(
            "serve::accept(listener);",
            "serve::accept(listener);\n        let _ = client.peek(&mut [0]);",
        )],
        fails: &["a quiet client holds nobody up"],
    },
    Mistake {
        name: "echoes end",
        program: "ex4_server",
        edits: &[(
            "        if message == \"end\" {\n            break;\n        }\n        text::send(client, &message)?;",
            "        text::send(client, &message)?;\n        if message == \"end\" {\n            break;\n        }",
        )],
        fails: &[
            "`end` closes that connection only",
            "two messages in one segment are two",
            "a line may end with \\r\\n, or not at all",
        ],
    },
    Mistake {
        name: "ends the server on end",
        program: "ex4_server",
        edits: &[("break;", "std::process::exit(0);")],
        fails: &["`end` closes that connection only"],
    },
    Mistake {
        name: "ends at every message with end in it",
        program: "ex4_server",
        edits: &[("message == \"end\"", "message.contains(\"end\")")],
        fails: &["echoes several messages"],
    },
    Mistake {
        name: "ends at every message that begins with end",
        program: "ex4_server",
        edits: &[("message == \"end\"", "message.starts_with(\"end\")")],
        fails: &["echoes several messages"],
    },
    Mistake {
        name: "ends at every message that ends with end",
        program: "ex4_server",
        edits: &[("message == \"end\"", "message.ends_with(\"end\")")],
        fails: &["echoes several messages"],
    },
    Mistake {
        name: "ends at an empty line",
        program: "ex4_server",
        edits: &[("message == \"end\"", "message == \"end\" || message.is_empty()")],
        fails: &["an empty line is a message too"],
    },
    Mistake {
        name: "trims its messages",
        program: "ex4_server",
        edits: &[("text::send(client, &message)?;", "text::send(client, message.trim())?;")],
        fails: &["echoes several messages"],
    },
    Mistake {
        name: "replies twice",
        program: "ex4_server",
        edits: &[(
            "text::send(client, &message)?;",
            "text::send(client, &message)?;\n        text::send(client, &message)?;",
        )],
        fails: &[
            "echoes several messages",
            "`end` closes that connection only",
            "a client that resets the connection harms nobody",
            "50 clients at once each get their own echoes",
            "two messages in one segment are two",
            "a line may end with \\r\\n, or not at all",
            "a client that stops reading holds nobody up",
            "an empty line is a message too",
        ],
    },
    Mistake {
        name: "panics when a client dies",
        program: "ex4_server",
        edits: &[(
            "if let Err(error) = talk(&client) {",
            "if let Err(error) = io::Result::Ok(talk(&client).unwrap()) {",
        )],
        fails: &["a client that resets the connection harms nobody"],
    },
    Mistake {
        name: "ends the server when a client dies",
        program: "ex4_server",
        edits: &[(
            "console::log(&format!(\"client {address}: {error}\"));",
            "console::log(&format!(\"client {address}: {error}\"));\n                std::process::exit(1);",
        )],
        fails: &["a client that resets the connection harms nobody"],
    },
    Mistake {
        name: "takes what one read brings for a message",
        program: "ex4_server",
        edits: &[
            ("use std::io;", "use std::io::{self, Read};"),
            ("fn talk(client: &TcpStream)", "fn talk(mut client: &TcpStream)"),
            (
                "let mut messages = text::Reader::new(client);\n    while let Some(message) = messages.receive()? {",
                "let mut buffer = [0; 1024];\n    loop {\n        let count = client.read(&mut buffer)?;\n        \
                 if count == 0 {\n            break;\n        }\n        \
                 let message = String::from_utf8_lossy(&buffer[..count]);\n        \
                 let message = message.trim_end();",
            ),
        ],
        fails: &["a message in two pieces is one message", "two messages in one segment are two"],
    },
    Mistake {
        name: "waits for a line break",
        program: "ex4_server",
        edits: &[
            ("use std::io;", "use std::io::{self, BufRead, BufReader};"),
            ("text::Reader::new(client)", "BufReader::new(client).lines()"),
            ("messages.receive()?", "messages.next().transpose()?"),
        ],
        fails: &["a line may end with \\r\\n, or not at all"],
    },
    Mistake {
        name: "goes on to receive when the client has left",
        program: "ex4_server",
        edits: &[(
            "while let Some(message) = messages.receive()? {",
            "loop {\n        let Some(message) = messages.receive()? else { continue };",
        )],
        fails: &["waiting costs no computing time"],
    },
    Mistake {
        name: "holds a lock while it sends",
        program: "ex4_server",
        edits: &[
            (
                "/// Echoes each message until",
                "static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());\n\n\
                 /// Echoes each message until",
            ),
            (
                "        text::send(client, &message)?;",
                "        let _guard = serve::lock(&LOCK);\n        text::send(client, &message)?;",
            ),
        ],
        fails: &["a client that stops reading holds nobody up"],
    },
    Mistake {
        name: "waits for a reply to end",
        program: "ex4_client",
        edits: &[
            ("        if line == \"end\" {\n            return Ok(());\n        }\n", ""),
            (
                "Some(reply) =>",
                "Some(_) if line == \"end\" => return Ok(()),\n            Some(reply) =>",
            ),
        ],
        fails: &[
            "the client sends many lines and stops after `end`",
            "the end of its input counts as `end`",
        ],
    },
    Mistake {
        name: "stops without sending end",
        program: "ex4_client",
        edits: &[(
            "        text::send(server, &line)?;\n        if line == \"end\" {\n            return Ok(());\n        }\n",
            "        if line == \"end\" {\n            return Ok(());\n        }\n        text::send(server, &line)?;\n",
        )],
        fails: &[
            "the client sends many lines and stops after `end`",
            "the end of its input counts as `end`",
        ],
    },
    Mistake {
        name: "stops at every line with end in it",
        program: "ex4_client",
        edits: &[("line == \"end\"", "line.contains(\"end\")")],
        fails: &["the client sends many lines and stops after `end`"],
    },
    Mistake {
        name: "stops at every line that begins with end",
        program: "ex4_client",
        edits: &[("line == \"end\"", "line.starts_with(\"end\")")],
        fails: &["the client sends many lines and stops after `end`"],
    },
    Mistake {
        name: "takes what one read brings for a reply",
        program: "ex4_client",
        edits: ONE_READ_FOR_A_REPLY,
        fails: &["a long reply is shown whole"],
    },
    Mistake {
        name: "unwraps a reply that never comes",
        program: "ex4_client",
        edits: &[(
            "match replies.receive()? {\n            Some(reply) => console::show(&reply),\n            \
                 None => return Err(io::Error::other(\"the server has closed the connection\")),\n        }",
            "console::show(&replies.receive()?.unwrap());",
        )],
        fails: &["the client notices that the server went away"],
    },
    Mistake {
        name: "leaves without a word at the end of input",
        program: "ex4_client",
        edits: &[(
            "let line = console::read_line()?.unwrap_or(\"end\".to_string());",
            "let Some(line) = console::read_line()? else { return Ok(()) };",
        )],
        fails: &["the end of its input counts as `end`"],
    },
];
