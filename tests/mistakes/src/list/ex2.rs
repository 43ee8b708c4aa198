//! Mistakes in 1.2 a client, and a reply.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "puts something before the message",
        program: "ex2_server",
        edits: &[("format!(\"{message}\\n\")", "format!(\"You said: {message}\\n\")")],
        fails: &["the server echoes one message"],
    },
    Mistake {
        name: "sends no line break",
        program: "ex2_server",
        edits: &[("format!(\"{message}\\n\").as_bytes()", "message.as_bytes()")],
        fails: &["the server echoes one message"],
    },
    Mistake {
        name: "sends no reply",
        program: "ex2_server",
        edits: &[("reply(&client, &message)\n}", "Ok(())\n}")],
        fails: &["the server echoes one message"],
    },
    Mistake {
        name: "shows what was typed",
        program: "ex2_client",
        edits: &[(
            "console::show(&receive(&server)?);",
            "receive(&server)?;\n    console::show(&line);",
        )],
        fails: &[
            "the client sends what was typed and shows the reply",
            "the client shows a reply that has no newline",
        ],
    },
    Mistake {
        name: "sends no line break",
        program: "ex2_client",
        edits: &[("format!(\"{line}\\n\").as_bytes()", "line.as_bytes()")],
        fails: &[
            "the client sends what was typed and shows the reply",
            "the client shows a reply that has no newline",
        ],
    },
    Mistake {
        name: "waits for the server to speak first",
        program: "ex2_client",
        edits: &[(
            "send(&server, &line)?;\n    console::show(&receive(&server)?);",
            "let reply = receive(&server)?;\n    send(&server, &line)?;\n    console::show(&reply);",
        )],
        fails: &[
            "the client sends what was typed and shows the reply",
            "the client shows a reply that has no newline",
        ],
    },
    Mistake {
        name: "has a buffer of four bytes",
        program: "ex2_client",
        edits: &[("[0; 1024]", "[0; 4]")],
        fails: &[
            "the client sends what was typed and shows the reply",
            "the client shows a reply that has no newline",
        ],
    },
    Mistake {
        name: "waits for a line break",
        program: "ex2_client",
        edits: &[
            (
                "use std::io::{self, Read, Write};",
                "use std::io::{self, BufRead, BufReader, Write};",
            ),
            ("let mut buffer = [0; 1024];", "let mut buffer = Vec::new();"),
            (
                "server.read(&mut buffer)?",
                "BufReader::new(&mut server).read_until(b'\\n', &mut buffer)?",
            ),
        ],
        fails: &["the client shows a reply that has no newline"],
    },
    Mistake {
        name: "unwraps the error of connect",
        program: "ex2_client",
        edits: &[(
            "    TcpStream::connect(address)",
            "    Ok(TcpStream::connect(address).unwrap())",
        )],
        fails: &["a client without a server says so"],
    },
    Mistake {
        name: "says on stdout that there is no server",
        program: "ex2_client",
        edits: &[(
            "let server = connect(address).map_err(|error| serve::cannot_connect(address, error))?;",
            "let Ok(server) = connect(address) else {\n        println!(\"There is no server.\");\n        \
             return Ok(());\n    };",
        )],
        fails: &["a client without a server says so"],
    },
];
