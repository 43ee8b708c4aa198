//! Mistakes in milestone 0: capitals for one client.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "makes only the first letter a capital",
        program: "ms0_server",
        edits: &[(
            "&message.to_uppercase()",
            "&message.char_indices().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect::<String>()",
        )],
        fails: &[
            "sends a message back in capitals",
            "answers many messages",
            "knows the capitals of other alphabets",
            "ends when the client leaves",
            "messages count in whatever form they come",
        ],
    },
    Mistake {
        name: "knows the capitals of A to Z only",
        program: "ms0_server",
        edits: &[("to_uppercase", "to_ascii_uppercase")],
        fails: &["knows the capitals of other alphabets"],
    },
    Mistake {
        name: "answers one message only",
        program: "ms0_server",
        edits: &[("while let", "if let")],
        fails: &[
            "answers many messages",
            "knows the capitals of other alphabets",
            "messages count in whatever form they come",
        ],
    },
    Mistake {
        name: "waits for the next client",
        program: "ms0_server",
        edits: &[(
            "let (client, _address) = serve::accept(&listener);\n    talk(&client)",
            "loop {\n        let (client, _address) = serve::accept(&listener);\n        talk(&client)?;\n    }",
        )],
        fails: &["ends when the client leaves"],
    },
    Mistake {
        name: "sends its replies when the client has left",
        program: "ms0_server",
        edits: &[
            ("use std::io;", "use std::io::{self, BufWriter, Write};"),
            ("    while let", "    let mut replies = BufWriter::new(client);\n    while let"),
            (
                "text::send(client, &message.to_uppercase())?;",
                "writeln!(replies, \"{}\", message.to_uppercase())?;",
            ),
        ],
        fails: &[
            "sends a message back in capitals",
            "answers many messages",
            "knows the capitals of other alphabets",
            "ends when the client leaves",
            "messages count in whatever form they come",
        ],
    },
    Mistake {
        name: "takes what one read brings for a message",
        program: "ms0_server",
        edits: &[
            ("use std::io;", "use std::io::{self, Read};"),
            ("fn talk(client: &TcpStream)", "fn talk(mut client: &TcpStream)"),
            (
                "let mut messages = text::Reader::new(client);\n    while let Some(message) = messages.receive()? {",
                "let mut buffer = [0; 1024];\n    loop {\n        let count = client.read(&mut buffer)?;\n        \
                 if count == 0 {\n            return Ok(());\n        }\n        \
                 let message = String::from_utf8_lossy(&buffer[..count]);\n        \
                 let message = message.trim_end();",
            ),
            ("    }\n    Ok(())\n}", "    }\n}"),
        ],
        fails: &["messages count in whatever form they come"],
    },
    Mistake {
        name: "makes a new reader for each message",
        program: "ms0_server",
        edits: &[
            ("    let mut messages = text::Reader::new(client);\n", ""),
            ("messages.receive()?", "text::Reader::new(client).receive()?"),
        ],
        fails: &["messages count in whatever form they come"],
    },
    Mistake {
        name: "ends at an empty line",
        program: "ms0_server",
        edits: &[(
            "        text::send(client, &message.to_uppercase())?;",
            "        if message.is_empty() {\n            break;\n        }\n        text::send(client, &message.to_uppercase())?;",
        )],
        fails: &["messages count in whatever form they come"],
    },
    Mistake {
        name: "makes the capitals itself",
        program: "ms0_client",
        edits: &[(
            "Some(reply) => console::show(&reply)",
            "Some(_) => console::show(&line.to_uppercase())",
        )],
        fails: &[
            "the client talks until the end of input",
            "a reply without a newline is shown",
            "the client notices a server that has left",
        ],
    },
    Mistake {
        name: "waits for a line break",
        program: "ms0_client",
        edits: &[
            ("use std::io;", "use std::io::{self, BufRead, BufReader};"),
            ("text::Reader::new(server)", "BufReader::new(server).lines()"),
            ("replies.receive()?", "replies.next().transpose()?"),
        ],
        fails: &["a reply without a newline is shown"],
    },
    Mistake {
        name: "goes on after the end of input",
        program: "ms0_client",
        edits: &[
            (
                "while let Some(line) = console::read_line()? {",
                "loop {\n        let line = console::read_line()?.unwrap_or_default();",
            ),
            ("    }\n    Ok(())\n}", "    }\n}"),
        ],
        fails: &["the client talks until the end of input"],
    },
    Mistake {
        name: "ends well when the server has left",
        program: "ms0_client",
        edits: &[(
            "return Err(io::Error::other(\"the server has closed the connection\"))",
            "return Ok(())",
        )],
        fails: &["the client notices a server that has left"],
    },
];
