//! Mistakes in milestone 3: an instant messenger.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "sends no time",
        program: "ms3_server",
        edits: &[("format!(\"[{}] {}: \", Zoned::now().strftime(\"%H:%M:%S\"), member.name())", "format!(\"{}: \", member.name())")],
        fails: &["a message has its time and its sender"],
    },
    Mistake {
        name: "is an hour ahead",
        program: "ms3_server",
        edits: &[("Zoned::now().strftime", "(Zoned::now() + jiff::SignedDuration::from_hours(1)).strftime")],
        fails: &["a message has its time and its sender"],
    },
    Mistake {
        name: "does not send the name",
        program: "ms3_server",
        edits: &[("format!(\"[{}] {}: \", Zoned::now().strftime(\"%H:%M:%S\"), member.name())", "format!(\"[{}] \", Zoned::now().strftime(\"%H:%M:%S\"))")],
        fails: &["a message has its time and its sender"],
    },
    Mistake {
        name: "sends a message to its sender too",
        program: "ms3_server",
        edits: &[("        room.say(member, said.into_bytes());\n    }", "        room.tell(member, said.clone().into_bytes());\n        room.say(member, said.into_bytes());\n    }")],
        fails: &["a message has its time and its sender", "five talk at once and all hear everything"],
    },
    Mistake {
        name: "waits for the username without asking",
        program: "ms3_server",
        edits: &[("        text::send(client, \"Your username?\")?;\n", "")],
        fails: &["a message has its time and its sender", "asks for a username at once", "a bad username is asked for again", "five talk at once and all hear everything", "a stalled member delays nobody, and goes", "a flood does not starve a single line", "`/who` lists and `/quit` leaves", "those who leave without `/quit` are gone", "control characters reach nobody's terminal", "a command is a line of its own"],
    },
    Mistake {
        name: "lets in an empty username",
        program: "ms3_server",
        edits: &[("(1..=32)", "(0..=32)")],
        fails: &["a bad username is asked for again"],
    },
    Mistake {
        name: "lets in a username of 33 characters",
        program: "ms3_server",
        edits: &[("(1..=32)", "(1..=33)")],
        fails: &["a bad username is asked for again"],
    },
    Mistake {
        name: "lets in a username with control characters",
        program: "ms3_server",
        edits: &[(" && text::printable(name) == name", "")],
        fails: &["a bad username is asked for again"],
    },
    Mistake {
        name: "lets two in with one username",
        program: "ms3_server",
        edits: &[
            IN_PLACE_OF_THE_ROOM,
            ("        if members.iter().any(|member| member.name == name) {\n            return Ok(None);\n        }\n", ""),
        ],
        fails: &["a bad username is asked for again", "a stalled member delays nobody, and goes"],
    },
    Mistake {
        name: "asks once",
        program: "ms3_server",
        edits: &[("const TRIES: usize = 3;", "const TRIES: usize = 1;")],
        fails: &["a bad username is asked for again"],
    },
    Mistake {
        name: "asks for ever",
        program: "ms3_server",
        edits: &[("    for _ in 0..TRIES {", "    loop {"), ("    text::send(client, \"Goodbye.\")?;\n    Ok(None)\n", "")],
        fails: &["a bad username is asked for again"],
    },
    Mistake {
        name: "serves one client after the other",
        program: "ms3_server",
        edits: &[("    serve::each_client(&listener, move |client| serve_client(&client, &room))", "    loop {
        if let Err(error) = serve_client(&Arc::new(serve::accept(&listener).0), &room) {
            console::log(&error.to_string());
        }
    }")],
        fails: &["a message has its time and its sender", "a bad username is asked for again", "five talk at once and all hear everything", "a stalled member delays nobody, and goes", "a flood does not starve a single line", "`/who` lists and `/quit` leaves", "those who leave without `/quit` are gone", "control characters reach nobody's terminal", "a command is a line of its own"],
    },
    Mistake {
        name: "has a thread for each message",
        program: "ms3_server",
        edits: &[
            ("    while let Some(first) = messages.receive()? {", "    std::thread::scope(|scope| {
    // Which of them comes first is up to the system: here, the last one does.
    let mut pause = std::time::Duration::from_secs(1);
    while let Some(first) = messages.receive()? {"),
            ("                _ => said.extend([&stamp, &*text::printable(&message), \"\\n\"]),", "                _ => {
                    let line = [&stamp, &*text::printable(&message), \"\\n\"].concat();
                    pause /= 2;
                    scope.spawn(move || {
                        std::thread::sleep(pause);
                        room.say(member, line.into_bytes())
                    });
                }"),
            ("        room.say(member, said.into_bytes());\n    }\n    Ok(())", "        room.say(member, said.into_bytes());\n    }\n    Ok(())\n    })"),
        ],
        fails: &["five talk at once and all hear everything"],
    },
    Mistake {
        name: "writes to everybody under one lock",
        program: "ms3_server",
        edits: &[IN_PLACE_OF_THE_ROOM],
        fails: &["a stalled member delays nobody, and goes"],
    },
    Mistake {
        name: "has a queue without end for each member",
        program: "ms3_server",
        edits: &[
            IN_PLACE_OF_THE_ROOM,
            ("    stream: Arc<TcpStream>,\n}", "    stream: Arc<TcpStream>,\n    queue: mpsc::Sender<Vec<u8>>,\n}"),
            ("        let _ = (&*self.stream).write_all(bytes);", "        let _ = self.queue.send(bytes.to_vec());"),
            ("        let member = Member { name: name.to_string(), stream: Arc::clone(stream) };", "        let (queue, lines) = mpsc::channel::<Vec<u8>>();
        let member = Member { name: name.to_string(), stream: Arc::clone(stream), queue };
        let stream = Arc::clone(stream);
        std::thread::spawn(move || {
            for line in lines {
                let _ = (&*stream).write_all(&line);
            }
        });"),
        ],
        fails: &["a stalled member delays nobody, and goes"],
    },
    Mistake {
        name: "lets a member talk for as long as it has something to say",
        program: "ms3_server",
        edits: &[
            ("let result = talk(&member, room, &mut messages);", "let result = talk(client, &member, room, &mut messages);"),
            ("fn talk(member", "fn talk(client: &TcpStream, member"),
            ("    while let Some(first) = messages.receive()? {", "    while let Some(mut first) = messages.receive()? {
        let _floor = serve::lock(&FLOOR);
        loop {"),
            ("                _ => said.extend([&stamp, &*text::printable(&message), \"\\n\"]),", "                _ => {
                    std::thread::sleep(std::time::Duration::from_millis(4)); // some work for each line
                    said.extend([&stamp, &*text::printable(&message), \"\\n\"]);
                }"),
            ("        room.say(member, said.into_bytes());\n    }\n", "        room.say(member, said.into_bytes());
        client.set_read_timeout(Some(std::time::Duration::from_millis(1)))?;
        let has_more = client.peek(&mut [0]).is_ok();
        client.set_read_timeout(None)?;
        if !has_more {
            break;
        }
        let Some(more) = messages.receive()? else {
            break;
        };
        first = more;
        }
    }\n"),
            ("/// How many bad usernames", "static FLOOR: std::sync::Mutex<()> = std::sync::Mutex::new(());\n\n/// How many bad usernames"),
        ],
        fails: &["a flood does not starve a single line"],
    },
    Mistake {
        name: "passes on who",
        program: "ms3_server",
        edits: &[("\"/who\" =>", "\"/nobody\" =>")],
        fails: &["a stalled member delays nobody, and goes", "`/who` lists and `/quit` leaves", "those who leave without `/quit` are gone"],
    },
    Mistake {
        name: "takes a line with quit in it for quit",
        program: "ms3_server",
        edits: &[("                \"/quit\" => {", "                line if line.contains(\"/quit\") => {")],
        fails: &["a command is a line of its own"],
    },
    Mistake {
        name: "takes a line with who in it for who",
        program: "ms3_server",
        edits: &[("                \"/who\" => {", "                line if line.contains(\"/who\") => {")],
        fails: &["a command is a line of its own"],
    },
    Mistake {
        name: "loses what comes together with quit",
        program: "ms3_server",
        edits: &[(
            "                    room.say(member, said.into_bytes());\n                    return Ok(());",
            "                    return Ok(());",
        )],
        fails: &["a command is a line of its own"],
    },
    Mistake {
        name: "does not obey quit",
        program: "ms3_server",
        edits: &[("                \"/quit\" => {
                    room.say(member, said.into_bytes());
                    return Ok(());
                }\n", "")],
        fails: &["`/who` lists and `/quit` leaves"],
    },
    Mistake {
        name: "never lets a member go",
        program: "ms3_server",
        edits: &[("    room.leave(&member);\n", "")],
        fails: &["`/who` lists and `/quit` leaves", "those who leave without `/quit` are gone"],
    },
    Mistake {
        name: "does not let go who was reset",
        program: "ms3_server",
        edits: &[
            ("    let result = talk(&member, room, &mut messages);", "    talk(&member, room, &mut messages)?;"),
            ("    result\n", "    Ok(())\n"),
        ],
        fails: &["those who leave without `/quit` are gone"],
    },
    Mistake {
        name: "lets go only who says quit",
        program: "ms3_server",
        edits: &[
            ("    room.leave(&member);\n", "    if result? {\n        room.leave(&member);\n    }\n"),
            ("messages: &mut text::Reader) -> io::Result<()> {", "messages: &mut text::Reader) -> io::Result<bool> {"),
            ("                    return Ok(());", "                    return Ok(true);"),
            ("        room.say(member, said.into_bytes());\n    }\n    Ok(())", "        room.say(member, said.into_bytes());\n    }\n    Ok(false)"),
            ("    result\n", "    Ok(())\n"),
        ],
        fails: &["those who leave without `/quit` are gone"],
    },
    Mistake {
        name: "passes on control characters",
        program: "ms3_server",
        edits: &[("&*text::printable(&message)", "&message")],
        fails: &["control characters reach nobody's terminal"],
    },
    Mistake {
        name: "takes out only the escape character",
        program: "ms3_server",
        edits: &[("&*text::printable(&message)", "&message.replace('\\x1b', \"\")")],
        fails: &["control characters reach nobody's terminal"],
    },
    Mistake {
        name: "shows a message when its user has typed one",
        program: "ms3_client",
        edits: &[
            ("        let thread = thread::Builder::new().name(\"receive\".to_string());
        thread.spawn_scoped(scope, || receive(server, screen, &is_over))?;\n", ""),
            ("        if text::send(server, &line).is_err() {
            return Err(io::Error::other(\"the server has closed the connection\"));
        }\n", "        if text::send(server, &line).is_err() {
            return Err(io::Error::other(\"the server has closed the connection\"));
        }
        if let Some(message) = messages.receive()? {
            screen.show(&message);
        }\n"),
            ("send(server, keyboard, &is_over);", "send(server, keyboard, screen, &is_over);"),
            (
                "fn send(server: &TcpStream, mut keyboard: Keyboard, is_over: &AtomicBool) -> io::Result<()> {\n",
                "fn send(server: &TcpStream, mut keyboard: Keyboard, mut screen: Screen, is_over: &AtomicBool) -> io::Result<()> {\n    let mut messages = text::Reader::new(server);\n",
            ),
            ("scope(|scope|", "scope(|_|"),
        ],
        fails: &["the client shows messages at any time", "no line tears the one being typed", "a client cut off by its server says so", "the client shows no control characters"],
    },
    Mistake {
        name: "shows what comes when it ends",
        program: "ms3_client",
        edits: &[
            ("        screen.show(&text::printable(&message));", "        shown += &text::printable(&message);\n        shown += \"\\n\";"),
            ("    while let Ok(Some(message)) = messages.receive() {", "    let mut shown = String::new();\n    while let Ok(Some(message)) = messages.receive() {"),
            ("    if !is_over.load(Ordering::SeqCst) {", "    screen.show(&shown);\n    if !is_over.load(Ordering::SeqCst) {"),
        ],
        fails: &["the client shows messages at any time", "no line tears the one being typed", "the client shows no control characters"],
    },
    Mistake {
        name: "does not send what is typed",
        program: "ms3_client",
        edits: &[("        if text::send(server, &line).is_err() {", "        if is_last && text::send(server, &line).is_err() {")],
        fails: &["the client shows messages at any time", "no line tears the one being typed", "a client cut off by its server says so", "the end of input ends the client", "the client shows no control characters"],
    },
    Mistake {
        name: "does not end at quit",
        program: "ms3_client",
        edits: &[("        let is_last = line == \"/quit\";", "        let is_last = false;")],
        fails: &["the client shows messages at any time", "the end of input ends the client"],
    },
    Mistake {
        name: "shows lines into the one being typed",
        program: "ms3_client",
        edits: &[
            (
                "        screen.show(&text::printable(&message));",
                "        console::show(&text::printable(&message));",
            ),
            // The prompt comes first.
            (
                "    let mut messages = text::Reader::new(server);",
                "    thread::sleep(std::time::Duration::from_millis(300));
    let mut messages = text::Reader::new(server);",
            ),
        ],
        fails: &["no line tears the one being typed"],
    },
    Mistake {
        name: "says nothing when the server has left",
        program: "ms3_client",
        edits: &[("        screen.give_up(\"the server has closed the connection\");", "        console::show(\"\");")],
        fails: &["a client cut off by its server says so"],
    },
    Mistake {
        name: "ends with status 0 when the server has left",
        program: "ms3_client",
        edits: &[("        screen.give_up(\"the server has closed the connection\");", "        std::process::exit(0);")],
        fails: &["a client cut off by its server says so"],
    },
    Mistake {
        name: "takes the end of input for an empty line",
        program: "ms3_client",
        edits: &[("keyboard.read_line()?.unwrap_or(\"/quit\".to_string())", "keyboard.read_line()?.unwrap_or_default()")],
        fails: &["the end of input ends the client"],
    },
    Mistake {
        name: "shows control characters",
        program: "ms3_client",
        edits: &[("screen.show(&text::printable(&message));",
            "screen.show(&message);")],
        fails: &["the client shows no control characters"],
    },
];

/// A room as milestone 2 has it: a list of connections, and a loop of writes.
const IN_PLACE_OF_THE_ROOM: (&str, &str) = (
    "use chatlings::room::{Member, Room};
use chatlings::{console, ports, serve, text};
use jiff::Zoned;
",
    "use std::io::Write;
use std::net::Shutdown;
use std::sync::{Mutex, mpsc};

use chatlings::{console, ports, serve, text};
use jiff::Zoned;

#[derive(Default)]
struct Room {
    members: Mutex<Vec<Arc<Member>>>,
}

struct Member {
    name: String,
    stream: Arc<TcpStream>,
}

impl Member {
    fn name(&self) -> &str {
        &self.name
    }

    fn send(&self, bytes: &[u8]) {
        let _ = (&*self.stream).write_all(bytes);
    }
}

impl Room {
    fn new() -> Arc<Room> {
        Arc::default()
    }

    fn join(
        &self,
        name: &str,
        stream: &Arc<TcpStream>,
        welcome: &[u8],
    ) -> io::Result<Option<Arc<Member>>> {
        let mut members = serve::lock(&self.members);
        if members.iter().any(|member| member.name == name) {
            return Ok(None);
        }
        let member = Member { name: name.to_string(), stream: Arc::clone(stream) };
        member.send(welcome);
        let member = Arc::new(member);
        members.push(Arc::clone(&member));
        Ok(Some(member))
    }

    fn leave(&self, member: &Member) {
        serve::lock(&self.members).retain(|other| other.name != member.name);
        let _ = member.stream.shutdown(Shutdown::Both);
    }

    fn names(&self) -> Vec<String> {
        serve::lock(&self.members).iter().map(|member| member.name.clone()).collect()
    }

    fn say(&self, from: &Member, bytes: Vec<u8>) {
        for member in serve::lock(&self.members).iter() {
            if member.name != from.name {
                member.send(&bytes);
            }
        }
    }

    fn tell(&self, to: &Member, bytes: Vec<u8>) {
        to.send(&bytes);
    }
}
",
);
