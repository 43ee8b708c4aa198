//! Mistakes in 1.1 a server for one message.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "prints the whole buffer",
        program: "ex1_server",
        edits: &[("&buffer[..count]", "&buffer")],
        fails: &["a message without a newline counts too"],
    },
    Mistake {
        name: "takes 0 bytes for a message",
        program: "ex1_server",
        edits: &[("if count == 0 {", "if false {")],
        fails: &["a client that leaves silently is reported"],
    },
    Mistake {
        name: "unwraps text that is not UTF-8",
        program: "ex1_server",
        edits: &[(
            "String::from_utf8_lossy(&buffer[..count]);",
            "String::from_utf8(buffer[..count].to_vec()).unwrap();",
        )],
        fails: &["bytes that are no text are shown all the same"],
    },
    Mistake {
        name: "waits for a line break",
        program: "ex1_server",
        edits: &[
            ("use std::io::{self, Read};", "use std::io::{self, BufRead, BufReader};"),
            ("let mut buffer = [0; 1024];", "let mut buffer = Vec::new();"),
            (
                "client.read(&mut buffer)?",
                "BufReader::new(&mut client).read_until(b'\\n', &mut buffer)?",
            ),
        ],
        fails: &["a message without a newline counts too"],
    },
    Mistake {
        name: "reads until the client has left",
        program: "ex1_server",
        edits: &[
            ("let mut buffer = [0; 1024];", "let mut buffer = Vec::new();"),
            ("client.read(&mut buffer)?", "client.read_to_end(&mut buffer)?"),
        ],
        fails: &[
            "prints the message and ends",
            "a message without a newline counts too",
            "bytes that are no text are shown all the same",
        ],
    },
    Mistake {
        name: "goes on with the next client",
        program: "ex1_server",
        edits: &[
            ("let client = accept(&listener)?;", "loop {\n    let client = accept(&listener)?;"),
            ("println!(\"{message}\");\n    Ok(())", "println!(\"{message}\");\n    }"),
        ],
        fails: &[
            "prints the message and ends",
            "a message without a newline counts too",
            "bytes that are no text are shown all the same",
        ],
    },
    Mistake {
        name: "unwraps the error of bind",
        program: "ex1_server",
        edits: &[("    TcpListener::bind(address)", "    Ok(TcpListener::bind(address).unwrap())")],
        fails: &["a taken port is reported"],
    },
    Mistake {
        name: "takes another port if its own is taken",
        program: "ex1_server",
        edits: &[(
            "TcpListener::bind(address)",
            "TcpListener::bind(address).or_else(|_| TcpListener::bind(\"127.0.0.1:0\"))",
        )],
        fails: &["a taken port is reported"],
    },
    Mistake {
        name: "ends with status 0 after an error",
        program: "ex1_server",
        edits: &[(
            "console::report(run(&args.address()))",
            "console::report(run(&args.address()));\n    ExitCode::SUCCESS",
        )],
        fails: &["a client that leaves silently is reported", "a taken port is reported"],
    },
    Mistake {
        name: "says in its own words that it listens",
        program: "ex1_server",
        edits: &[("listening on {}", "The server is ready at {}")],
        fails: &[
            "prints the message and ends",
            "a client that leaves silently is reported",
            "a message without a newline counts too",
            "bytes that are no text are shown all the same",
        ],
    },
    Mistake {
        name: "listens to other machines too",
        program: "ex1_server",
        edits: &[(
            "TcpListener::bind(address)",
            "TcpListener::bind(address.replace(\"127.0.0.1\", \"0.0.0.0\"))",
        )],
        fails: &[
            "prints the message and ends",
            "a client that leaves silently is reported",
            "a message without a newline counts too",
            "bytes that are no text are shown all the same",
        ],
    },
];
