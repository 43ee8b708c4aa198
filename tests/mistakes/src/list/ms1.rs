//! Mistakes in milestone 1: capitals for many.

use super::{Mistake, ONE_READ_FOR_A_REPLY};

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "holds the lock while it talks",
        program: "ms1_server",
        edits: &[(
            "let result = talk(client);",
            "let guard = serve::lock(clients);\n    let result = talk(client);\n    drop(guard);",
        )],
        fails: &[
            "each client gets its own capitals",
            "50 clients at once get their capitals",
            "a silent client holds nobody up",
            "`CLOSE SOCKET` closes that connection only",
            "a client that dies without a word harms nobody",
            "200 clients that come and go leave no trace",
            "each client is logged under an id of its own",
            "a client that stops reading holds nobody up",
            "waiting costs no computing time",
        ],
    },
    Mistake {
        name: "holds the lock while it sends",
        program: "ms1_server",
        edits: &[
            ("let result = talk(client);", "let result = talk(client, id, clients);"),
            (
                "fn talk(client: &TcpStream)",
                "fn talk(client: &TcpStream, id: u64, clients: &Mutex<Clients>)",
            ),
            (
                "        text::send(client, &message.to_uppercase())?;",
                "        if let Some(socket) = serve::lock(clients).sockets.get(&id) {\n            \
                 text::send(socket, &message.to_uppercase())?;\n        }",
            ),
        ],
        fails: &["a client that stops reading holds nobody up"],
    },
    Mistake {
        name: "replies to everybody",
        program: "ms1_server",
        edits: &[
            ("let result = talk(client);", "let result = talk(client, clients);"),
            (
                "fn talk(client: &TcpStream)",
                "fn talk(client: &TcpStream, clients: &Mutex<Clients>)",
            ),
            (
                "text::send(client, &message.to_uppercase())?;",
                "for socket in serve::lock(clients).sockets.values() {\n            \
                 let _ = text::send(socket, &message.to_uppercase());\n        }",
            ),
        ],
        fails: &[
            "each client gets its own capitals",
            "50 clients at once get their capitals",
            "`CLOSE SOCKET` closes that connection only",
            "200 clients that come and go leave no trace",
            "a client that stops reading holds nobody up",
        ],
    },
    Mistake {
        name: "knows the capitals of A to Z only",
        program: "ms1_server",
        edits: &[("to_uppercase", "to_ascii_uppercase")],
        fails: &["each client gets its own capitals"],
    },
    Mistake {
        name: "waits for the first word before it starts a thread",
        program: "ms1_server",
        edits: &[(
            "let clients = Mutex::new(Clients::default());\n    \
             serve::each_client(&listener, move |client| serve_client(&client, &clients))",
            "let clients = std::sync::Arc::new(Mutex::new(Clients::default()));\n    loop {\n        \
             let (client, _) = serve::accept(&listener);\n        let _ = client.peek(&mut [0]);\n        \
             let clients = clients.clone();\n        \
             std::thread::spawn(move || serve_client(&client, &clients));\n    }",
        )],
        fails: &["a silent client holds nobody up"],
    },
    Mistake {
        name: "forgets nobody",
        program: "ms1_server",
        edits: &[("    serve::lock(clients).sockets.remove(&id);\n", "")],
        fails: &[
            "`CLOSE SOCKET` closes that connection only",
            "200 clients that come and go leave no trace",
        ],
    },
    Mistake {
        name: "forgets nobody whose connection had an error",
        program: "ms1_server",
        edits: &[("let result = talk(client);", "talk(client)?;\n    let result = Ok(());")],
        fails: &["200 clients that come and go leave no trace"],
    },
    Mistake {
        name: "replies to CLOSE SOCKET",
        program: "ms1_server",
        edits: &[(
            "        if message.contains(\"CLOSE SOCKET\") {\n            break;\n        }\n        \
             text::send(client, &message.to_uppercase())?;",
            "        text::send(client, &message.to_uppercase())?;\n        \
             if message.contains(\"CLOSE SOCKET\") {\n            break;\n        }",
        )],
        fails: &["`CLOSE SOCKET` closes that connection only"],
    },
    Mistake {
        name: "closes only if CLOSE SOCKET is all",
        program: "ms1_server",
        edits: &[("message.contains(\"CLOSE SOCKET\")", "message == \"CLOSE SOCKET\"")],
        fails: &["`CLOSE SOCKET` closes that connection only"],
    },
    Mistake {
        name: "closes at an empty line",
        program: "ms1_server",
        edits: &[(
            "message.contains(\"CLOSE SOCKET\")",
            "message.is_empty() || message.contains(\"CLOSE SOCKET\")",
        )],
        fails: &["messages count in whatever form they come"],
    },
    Mistake {
        name: "panics when a client dies",
        program: "ms1_server",
        edits: &[("let result = talk(client);", "let result = Ok(talk(client).unwrap());")],
        fails: &[
            "a client that dies without a word harms nobody",
            "200 clients that come and go leave no trace",
        ],
    },
    Mistake {
        name: "gives the number of clients as an id",
        program: "ms1_server",
        edits: &[(
            "clients.last_id += 1;\n    let id = clients.last_id;",
            "let id = clients.sockets.len() as u64 + 1;",
        )],
        fails: &["each client is logged under an id of its own"],
    },
    Mistake {
        name: "waits for a line break",
        program: "ms1_server",
        edits: &[
            ("use std::io;", "use std::io::{self, BufRead, BufReader};"),
            ("text::Reader::new(client)", "BufReader::new(client).lines()"),
            ("messages.receive()?", "messages.next().transpose()?"),
        ],
        fails: &["messages count in whatever form they come"],
    },
    Mistake {
        name: "asks again and again for a client",
        program: "ms1_server",
        edits: &[(
            "let clients = Mutex::new(Clients::default());\n    \
             serve::each_client(&listener, move |client| serve_client(&client, &clients))",
            "let clients = std::sync::Arc::new(Mutex::new(Clients::default()));\n    \
             listener.set_nonblocking(true)?;\n    loop {\n        \
             let Ok((client, _)) = listener.accept() else { continue };\n        \
             client.set_nonblocking(false)?;\n        let clients = clients.clone();\n        \
             std::thread::spawn(move || serve_client(&client, &clients));\n    }",
        )],
        fails: &["waiting costs no computing time"],
    },
    Mistake {
        name: "waits for a reply to CLOSE SOCKET",
        program: "ms1_client",
        edits: &[
            (
                "        if line.contains(\"CLOSE SOCKET\") {\n            return Ok(());\n        }\n",
                "",
            ),
            (
                "Some(reply) =>",
                "Some(_) if line.contains(\"CLOSE SOCKET\") => return Ok(()),\n            Some(reply) =>",
            ),
        ],
        fails: &[
            "the client stops after `CLOSE SOCKET`",
            "the end of its input counts as `CLOSE SOCKET`",
        ],
    },
    Mistake {
        name: "stops only if CLOSE SOCKET is all",
        program: "ms1_client",
        edits: &[("line.contains(\"CLOSE SOCKET\")", "line == \"CLOSE SOCKET\"")],
        fails: &["the client stops after `CLOSE SOCKET`"],
    },
    Mistake {
        name: "takes what one read brings for a reply",
        program: "ms1_client",
        edits: ONE_READ_FOR_A_REPLY,
        fails: &["a long reply is shown whole"],
    },
    Mistake {
        name: "unwraps a line that never comes",
        program: "ms1_client",
        edits: &[(".unwrap_or(\"CLOSE SOCKET\".to_string())", ".unwrap()")],
        fails: &["the end of its input counts as `CLOSE SOCKET`"],
    },
];
