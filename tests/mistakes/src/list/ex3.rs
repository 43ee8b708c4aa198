//! Mistakes in 1.3 three threads.

use super::Mistake;

/// What waits for the threads in the worked program.
const JOIN: &str = "    for thread in threads {
        thread.join().map_err(|_| io::Error::other(\"a thread panicked\"))?;
    }
";

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "gives all threads one id",
        program: "ex3_threads",
        edits: &[("start(id, pause)?", "start(1, pause)?")],
        fails: &["three threads greet with distinct ids", "each says farewell once after a pause"],
    },
    Mistake {
        name: "counts its threads from 0",
        program: "ex3_threads",
        edits: &[("(1..=3)", "(0..3)")],
        fails: &["three threads greet with distinct ids"],
    },
    Mistake {
        name: "joins each thread before it starts the next",
        program: "ex3_threads",
        edits: &[
            (
                "threads.push(start(id, pause)?);",
                "start(id, pause)?.join().map_err(|_| io::Error::other(\"a thread panicked\"))?;",
            ),
            ("let mut threads = Vec::new();", "let threads = Vec::<JoinHandle<()>>::new();"),
        ],
        fails: &[
            "everyone greets before the first farewell",
            "the run takes as long as the longest pause",
        ],
    },
    Mistake {
        // Here `main` greets. If the threads did, it would be chance how many of them still come to it.
        name: "does not wait for its threads",
        program: "ex3_threads",
        edits: &[
            (
                "thread.spawn(move || {\n        println!(\"Hi, I'm thread {id}\");",
                "println!(\"Hi, I'm thread {id}\");\n    thread.spawn(move || {",
            ),
            (JOIN, ""),
        ],
        fails: &[
            "everyone greets before the first farewell",
            "each says farewell once after a pause",
            "the pauses are random",
            "the run takes as long as the longest pause",
        ],
    },
    Mistake {
        name: "sleeps instead of joining",
        program: "ex3_threads",
        edits: &[(JOIN, "    thread::sleep(Duration::from_millis(max_sleep_ms + 600));\n")],
        fails: &["the run takes as long as the longest pause"],
    },
    Mistake {
        name: "does not name the thread in its farewell",
        program: "ex3_threads",
        edits: &[("Goodbye from thread {id}", "Goodbye")],
        fails: &["each says farewell once after a pause"],
    },
    Mistake {
        name: "says farewell once more after the join",
        program: "ex3_threads",
        edits: &[
            ("for thread in threads {", "for (id, thread) in (1..).zip(threads) {"),
            (
                "\"a thread panicked\"))?;",
                "\"a thread panicked\"))?;\n        println!(\"Goodbye from thread {id}\");",
            ),
        ],
        fails: &["each says farewell once after a pause"],
    },
    Mistake {
        name: "sleeps longer than it is told",
        program: "ex3_threads",
        edits: &[("random_range(100..=max_sleep_ms)", "random_range(1500..=2000)")],
        fails: &["each says farewell once after a pause"],
    },
    Mistake {
        name: "draws one pause for all",
        program: "ex3_threads",
        edits: &[(
            "[random_pause(max_sleep_ms), random_pause(max_sleep_ms), random_pause(max_sleep_ms)];",
            "[random_pause(max_sleep_ms); 3];",
        )],
        fails: &["the pauses are random"],
    },
    Mistake {
        name: "takes the same pauses in each run",
        program: "ex3_threads",
        edits: &[(
            "[random_pause(max_sleep_ms), random_pause(max_sleep_ms), random_pause(max_sleep_ms)];",
            "[100, 200, 300].map(Duration::from_millis);",
        )],
        fails: &["the pauses are random"],
    },
];
