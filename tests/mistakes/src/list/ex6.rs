//! Mistakes in 2.2 structured messages.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "sends the length little-endian",
        program: "ex6_server",
        edits: &[("(body.len() as u32).to_be_bytes()", "(body.len() as u32).to_le_bytes()")],
        fails: ECHOES,
    },
    Mistake {
        name: "reads the length little-endian",
        program: "ex6_server",
        edits: &[("u32::from_be_bytes(header)", "u32::from_le_bytes(header)")],
        fails: ECHOES,
    },
    Mistake {
        name: "counts the length into the length it sends",
        program: "ex6_server",
        edits: &[("(body.len() as u32)", "(body.len() as u32 + 4)")],
        fails: ECHOES,
    },
    Mistake {
        name: "sends messages without their length",
        program: "ex6_server",
        edits: &[(
            "    let mut frame = (body.len() as u32).to_be_bytes().to_vec();
    frame.extend(body);
    client.write_all(&frame)",
            "    client.write_all(&body)",
        )],
        fails: ECHOES,
    },
    Mistake {
        name: "takes one read for the whole length",
        program: "ex6_server",
        edits: &[("client.read_exact(&mut header[1..])?;", "client.read(&mut header[1..])?;")],
        fails: &[
            "a frame in many pieces is one message",
            "a cut-off frame costs only its own connection",
        ],
    },
    Mistake {
        name: "takes one read for a whole message",
        program: "ex6_server",
        edits: &[("client.read_exact(&mut body)?;", "client.read(&mut body)?;")],
        fails: &["echoes any number and any text", "a frame in many pieces is one message"],
    },
    Mistake {
        name: "takes what has come for one message",
        program: "ex6_server",
        edits: &[
            ("let mut body = vec![0; length];", "let mut body = [0; 4096];"),
            ("client.read_exact(&mut body)?;", "let count = client.read(&mut body)?;"),
            ("&body[..])?", "&body[..count])?"),
        ],
        fails: &[
            "echoes any number and any text",
            "a frame in many pieces is one message",
            "three frames in one segment are three messages",
            "a cut-off frame costs only its own connection",
        ],
    },
    Mistake {
        name: "has no longest message",
        program: "ex6_server",
        edits: &[("if length > LONGEST {", "if false {")],
        fails: &["a length of 4 GiB costs no memory"],
    },
    Mistake {
        name: "takes memory before it checks the length",
        program: "ex6_server",
        edits: &[
            ("    let mut body = vec![0; length];\n", ""),
            (
                "    if length > LONGEST {",
                "    let mut body = vec![0; length];\n    if length > LONGEST {",
            ),
        ],
        fails: &["a length of 4 GiB costs no memory"],
    },
    Mistake {
        name: "has a longest message of 64 KiB",
        program: "ex6_server",
        edits: &[("usize = 1024 * 1024;", "usize = 64 * 1024;")],
        fails: &["echoes any number and any text"],
    },
    Mistake {
        name: "unwraps what does not decode",
        program: "ex6_server",
        edits: &[("Ok(Message::decode(&body[..])?)", "Ok(Message::decode(&body[..]).unwrap())")],
        fails: &["undecodable bytes cost only their own connection"],
    },
    Mistake {
        name: "unwraps a cut-off message",
        program: "ex6_server",
        edits: &[("client.read_exact(&mut body)?;", "client.read_exact(&mut body).unwrap();")],
        fails: &["a cut-off frame costs only its own connection"],
    },
    Mistake {
        name: "unwraps a cut-off length",
        program: "ex6_server",
        edits: &[(
            "client.read_exact(&mut header[1..])?;",
            "client.read_exact(&mut header[1..]).unwrap();",
        )],
        fails: &["a cut-off frame costs only its own connection"],
    },
    Mistake {
        name: "ends with the first client that misbehaves",
        program: "ex6_server",
        edits: &[(
            "|client| talk(&client))",
            "|client| {
        if let Err(error) = talk(&client) {
            console::log(&error.to_string());
            std::process::exit(1);
        }
        Ok(())
    })",
        )],
        fails: &[
            "a cut-off frame costs only its own connection",
            "a length of 4 GiB costs no memory",
            "undecodable bytes cost only their own connection",
        ],
    },
    Mistake {
        name: "serves one client after the other",
        program: "ex6_server",
        edits: &[(
            "    serve::each_client(&listener, |client| talk(&client))",
            "    for client in listener.incoming() {
        if let Err(error) = talk(&client?) {
            console::log(&error.to_string());
        }
    }
    Ok(())",
        )],
        fails: &[
            "`end` closes the connection",
            "a cut-off frame costs only its own connection",
            "a length of 4 GiB costs no memory",
            "undecodable bytes cost only their own connection",
        ],
    },
    Mistake {
        name: "echoes end too",
        program: "ex6_server",
        edits: &[(
            "        if message.msg == \"end\" {
            break;
        }
        send(client, &message)?;",
            "        send(client, &message)?;
        if message.msg == \"end\" {
            break;
        }",
        )],
        fails: &["`end` closes the connection"],
    },
    Mistake {
        name: "never ends a conversation",
        program: "ex6_server",
        edits: &[("message.msg == \"end\"", "message.msg == \"end\\n\"")],
        fails: &["`end` closes the connection"],
    },
    Mistake {
        name: "swaps sender and addressee",
        program: "ex6_server",
        edits: &[(
            "send(client, &message)?;",
            "send(client, &Message { from: message.to, to: message.from, msg: message.msg })?;",
        )],
        fails: ECHOES_OF_ALL_FIELDS,
    },
    Mistake {
        name: "loses the addressee",
        program: "ex6_server",
        edits: &[("send(client, &message)?;", "send(client, &Message { to: 0, ..message })?;")],
        fails: ECHOES_OF_ALL_FIELDS,
    },
    Mistake {
        name: "cuts numbers to 32 bits",
        program: "ex6_server",
        edits: &[(
            "send(client, &message)?;",
            "send(client, &Message { from: (message.from as i32).into(), ..message })?;",
        )],
        fails: &["echoes any number and any text"],
    },
    Mistake {
        name: "cuts the text",
        program: "ex6_server",
        edits: &[(
            "send(client, &message)?;",
            "send(client, &Message { msg: message.msg.chars().take(1000).collect(), ..message })?;",
        )],
        fails: &["echoes any number and any text"],
    },
    Mistake {
        name: "does not reply to an empty text",
        program: "ex6_server",
        edits: &[(
            "        send(client, &message)?;",
            "        if message.msg.is_empty() {
            continue;
        }
        send(client, &message)?;",
        )],
        fails: &["echoes any number and any text"],
    },
    Mistake {
        name: "replies once",
        program: "ex6_server",
        edits: &[
            ("while let Some(message)", "if let Some(message)"),
            ("            break;", "            return Ok(());"),
        ],
        fails: &[
            "echoes a message field by field",
            "echoes any number and any text",
            "`end` closes the connection",
            "three frames in one segment are three messages",
            "a cut-off frame costs only its own connection",
            "a length of 4 GiB costs no memory",
            "undecodable bytes cost only their own connection",
        ],
    },
    Mistake {
        name: "ends at every text that begins with end",
        program: "ex6_server",
        edits: &[("message.msg == \"end\"", "message.msg.starts_with(\"end\")")],
        fails: &["echoes any number and any text"],
    },
    Mistake {
        name: "shows its own message",
        program: "ex6_client",
        edits: &[
            (
                "        show_reply(&server)?;",
                "        console::show(&format!(\"{}: {}\", message.from, message.msg));\n        show_reply(&server)?;",
            ),
            ("    console::show(&format!(\"{}: {}\", reply.from, reply.msg));\n", ""),
        ],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "does not show the sender",
        program: "ex6_client",
        edits: &[(
            "console::show(&format!(\"{}: {}\", reply.from, reply.msg));",
            "console::show(&reply.msg);",
        )],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "swaps sender and addressee",
        program: "ex6_client",
        edits: &[("from: args.from, to: args.to", "from: args.to, to: args.from")],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "sends the line break too",
        program: "ex6_client",
        edits: &[("to: args.to, msg: line }", "to: args.to, msg: line + \"\\n\" }")],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "leaves without saying end",
        program: "ex6_client",
        edits: &[
            ("        frame::send(&server, &message)?;\n", ""),
            (
                "        show_reply(&server)?;",
                "        frame::send(&server, &message)?;\n        show_reply(&server)?;",
            ),
        ],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "waits for a reply to end",
        program: "ex6_client",
        edits: &[
            ("        show_reply(&server)?;\n", ""),
            ("        if message.msg", "        show_reply(&server)?;\n        if message.msg"),
        ],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "does not break the line that it shows",
        program: "ex6_client",
        edits: &[(
            "console::show(&format!(\"{}: {}\", reply.from, reply.msg));",
            "print!(\"{}: {}\", reply.from, reply.msg);",
        )],
        fails: THE_CLIENT,
    },
    Mistake {
        name: "takes the end for an empty reply",
        program: "ex6_client",
        edits: &[(
            "    let Some(reply) = frame::receive::<Message>(server)? else {
        return Err(io::Error::other(\"the server has closed the connection\"));
    };",
            "    let reply = frame::receive::<Message>(server)?.unwrap_or_default();",
        )],
        fails: &["a client cut off before the reply says so"],
    },
    Mistake {
        name: "ends in silence when the server has left",
        program: "ex6_client",
        edits: &[(
            "return Err(io::Error::other(\"the server has closed the connection\"));",
            "std::process::exit(0);",
        )],
        fails: &["a client cut off before the reply says so"],
    },
];

/// Whatever has a length in it.
const ECHOES: &[&str] = &[
    "echoes a message field by field",
    "echoes any number and any text",
    "`end` closes the connection",
    "a frame in many pieces is one message",
    "three frames in one segment are three messages",
    "a cut-off frame costs only its own connection",
    "a length of 4 GiB costs no memory",
    "undecodable bytes cost only their own connection",
];

const ECHOES_OF_ALL_FIELDS: &[&str] = ECHOES;

const THE_CLIENT: &[&str] = &["the client frames what is typed and displays the reply"];
