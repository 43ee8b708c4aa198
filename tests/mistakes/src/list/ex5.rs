//! Mistakes in 2.1 the server operator.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "gives the seat back at once",
        program: "ex5_server",
        edits: &[("let _seat =", "let _ =")],
        fails: &[
            "`num.users` counts who comes",
            "`num.users` counts who leaves",
            "the operator works while clients talk",
        ],
    },
    Mistake {
        name: "counts one too many",
        program: "ex5_server",
        edits: &[("registry.count())", "registry.count() + 1)")],
        fails: &[
            "`num.users` counts who comes",
            "`num.users` counts who leaves",
            "the operator works while clients talk",
            "an unknown command lists the commands",
        ],
    },
    Mistake {
        name: "counts who has left too",
        program: "ex5_server",
        edits: &[(
            "let _seat = registry.join(client);",
            "std::mem::forget(registry.join(client));",
        )],
        fails: &["`num.users` counts who leaves", "the operator works while clients talk"],
    },
    Mistake {
        name: "counts who has died too",
        program: "ex5_server",
        edits: &[
            ("let _seat =", "let seat ="),
            ("talk(client)\n}", "talk(client).inspect_err(|_| std::mem::forget(seat))\n}"),
        ],
        fails: &["`num.users` counts who leaves"],
    },
    Mistake {
        name: "counts nobody who has said nothing",
        program: "ex5_server",
        edits: &[("let _seat =", "client.peek(&mut [0])?;\n    let _seat =")],
        fails: &["the operator works while clients talk"],
    },
    Mistake {
        name: "obeys the operator before it accepts",
        program: "ex5_server",
        edits: &[("start_operator(Arc::clone(&registry))?;", "operate(&registry)?;")],
        fails: &[
            "`num.users` counts who comes",
            "`num.users` counts who leaves",
            "the operator works while clients talk",
            "clients talk as in 1.4",
        ],
    },
    Mistake {
        name: "answers on stderr",
        program: "ex5_server",
        edits: &[("println!(\"connected users", "eprintln!(\"connected users")],
        fails: &[
            "`num.users` counts who comes",
            "`num.users` counts who leaves",
            "the operator works while clients talk",
            "an unknown command lists the commands",
        ],
    },
    Mistake {
        name: "says nothing to an unknown command",
        program: "ex5_server",
        edits: &[(
            "_ => println!(\"commands: num.users (how many users are connected)\")",
            "_ => {}",
        )],
        fails: &["an unknown command lists the commands"],
    },
    Mistake {
        name: "ends with its operator",
        program: "ex5_server",
        edits: &[(
            "        }\n    }\n    Ok(())\n}\n\n/// Talks with a client, who",
            "        }\n    }\n    std::process::exit(0)\n}\n\n/// Talks with a client, who",
        )],
        fails: &["the end of its input does not end the server"],
    },
    Mistake {
        name: "takes the end of input for an empty command",
        program: "ex5_server",
        edits: &[(
            "while let Some(command) = console::read_line()? {",
            "loop {\n        let command = console::read_line()?.unwrap_or_default();",
        )],
        fails: &["the end of its input does not end the server"],
    },
    Mistake {
        name: "asks for ever after the end of input",
        program: "ex5_server",
        edits: &[(
            "while let Some(command) = console::read_line()? {",
            "loop {\n        let Some(command) = console::read_line()? else { continue };",
        )],
        fails: &["the end of its input does not end the server"],
    },
    Mistake {
        name: "unwraps a command that never comes",
        program: "ex5_server",
        edits: &[(
            "while let Some(command) = console::read_line()? {",
            "loop {\n        let command = console::read_line()?.unwrap();",
        )],
        fails: &["the end of its input does not end the server"],
    },
    Mistake {
        name: "ends a conversation at an empty line",
        program: "ex5_server",
        edits: &[("message == \"end\"", "message == \"end\" || message.is_empty()")],
        fails: &["clients talk as in 1.4"],
    },
    Mistake {
        name: "ends a conversation at every message with end in it",
        program: "ex5_server",
        edits: &[("message == \"end\"", "message.contains(\"end\")")],
        fails: &["clients talk as in 1.4"],
    },
];
