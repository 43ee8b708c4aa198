//! Whatever happened, its picture is a picture: well formed, within its page, and nothing stands on anything else.

use arbtest::arbitrary::{Result, Unstructured};
use roxmltree::{Document, Node};

use crate::course::table::STEPS;
use crate::report::picture::text::{Face, HEX, MONO, NAME, SMALL, TINY, TITLE};
use crate::report::picture::{course, svg};
use crate::report::sequence::Diagram;
use crate::stage::difference::Difference;
use crate::stage::show::hex;
use crate::stage::transcript::{Line, Mark, Transcript};

/// The upper left and the lower right corner.
type Box = [f64; 4];

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name).and_then(|value| value.parse().ok()).expect("a number")
}

/// What a reader sees of a picture.
struct Seen {
    page: Box,
    texts: Vec<(String, Box)>,
    panels: Vec<Box>,
    /// From where to where, and how far from the top.
    arrows: Vec<(f64, f64, f64)>,
}

impl Seen {
    fn of(svg: &str) -> Seen {
        let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
        let root = document.root_element();
        let mut seen = Seen {
            page: [0.0, 0.0, number(root, "width"), number(root, "height")],
            texts: Vec::new(),
            panels: Vec::new(),
            arrows: Vec::new(),
        };
        for node in root.children().filter(Node::is_element) {
            let class = node.attribute("class").unwrap_or_default();
            match node.tag_name().name() {
                "text" => seen.texts.push(text(node)),
                "rect" if class != "page" => {
                    let (x, y) = (number(node, "x"), number(node, "y"));
                    let size = (number(node, "width"), number(node, "height"));
                    seen.panels.push([x, y, x + size.0, y + size.1]);
                }
                "path" if ["to-server", "from-server"].contains(&class) => {
                    let path = node.attribute("d").expect("a path").trim_start_matches('M');
                    let parts: Vec<f64> = path
                        .split([' ', 'H'])
                        .map(|part| part.parse().expect("a number"))
                        .collect();
                    let [start, y, end] = parts[..] else { panic!("{path}") };
                    seen.arrows.push((start.min(end), start.max(end), y));
                }
                "rect" | "path" | "circle" | "title" | "desc" | "style" => {}
                other => panic!("<{other}> in a picture"),
            }
        }
        seen
    }

    /// The text of all lines.
    fn text(&self) -> String {
        self.texts.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// What stands on something else, or outside; none, it is to be hoped.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |what: &str, text: &str| faults.push(format!("{what}: {text:?}"));
        for (number, (text, place)) in self.texts.iter().enumerate() {
            if !is_within(place, &self.page) {
                fault("outside", text);
            }
            for (other, at) in &self.texts[number + 1..] {
                if overlap(place, at) {
                    fault("on each other", &format!("{text} / {other}"));
                }
            }
            for panel in &self.panels {
                if overlap(place, panel) && !is_within(place, panel) {
                    fault("on the edge of a box", text);
                }
            }
            for (start, end, y) in &self.arrows {
                if overlap(place, &[*start, *y, *end, *y]) {
                    fault("on an arrow", text);
                }
            }
        }
        for (number, panel) in self.panels.iter().enumerate() {
            let is_across = |other: &Box| {
                overlap(panel, other) && !is_within(panel, other) && !is_within(other, panel)
            };
            if !is_within(panel, &self.page) || self.panels[number + 1..].iter().any(is_across) {
                fault("a box", &format!("{panel:?}"));
            }
        }
        faults
    }
}

fn text(node: Node) -> (String, Box) {
    let class = node.attribute("class").expect("a class");
    let faces: [Face; 6] = [HEX, MONO, NAME, SMALL, TINY, TITLE];
    let face = faces.into_iter().find(|face| class.split(' ').any(|class| class == face.class));
    let face = face.unwrap_or_else(|| panic!("{class} is not a size"));
    let text: String =
        node.descendants().filter_map(|inner| inner.text().filter(|_| inner.is_text())).collect();
    let (x, y, width) = (number(node, "x"), number(node, "y"), face.width(&text));
    let left = match node.attribute("text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    (text, [left, y - face.size * 0.8, left + width, y + face.size * 0.2])
}

fn is_within(inner: &Box, outer: &Box) -> bool {
    let [left, top, right, bottom] = inner;
    *left >= outer[0] && *top >= outer[1] && *right <= outer[2] && *bottom <= outer[3]
}

fn overlap(one: &Box, other: &Box) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// The picture of a transcript, without faults.
fn drawn(transcript: &Transcript) -> Seen {
    let picture = svg(&Diagram::of(transcript));
    let seen = Seen::of(&picture);
    assert_eq!(seen.faults(), [""; 0], "{picture}");
    seen
}

fn scene(lines: Vec<Line>) -> Transcript {
    Transcript {
        title: "1.4 one thread per client · `end` closes that connection only".into(),
        lines,
    }
}

/// A frame from or to the server.
fn frame(actor: &str, mark: Mark, text: &str, bytes: &[u8]) -> Line {
    Line::new(actor, mark, &format!("{text}   {}", hex(bytes))).with("server", bytes)
}

#[test]
fn a_scene_shows_its_actors_and_all_that_they_do() {
    let seen = drawn(&scene(vec![
        Line::new("server", Mark::Output, "$ ex7_server --port 8080"),
        Line::new("server", Mark::Typed, "num.users"),
        Line::new("alice", Mark::Event, "connects"),
        frame("alice", Mark::Received, "FastHandshake { id: 1 }", &[0, 0, 0, 2, 8, 1]),
        Line::new("bob", Mark::Event, "connects"),
        Line::new("carol", Mark::Event, "resets the connection"),
        frame(
            "bob",
            Mark::Sent,
            "Message { from: 2, to: 64, msg: \"coral-565\" }",
            b"\0\0\0\x0f\x08\x02\x10\x40\x1a\x09coral-565",
        ),
        Line::new("server", Mark::Error, "error: a client has left"),
    ]));
    let text = seen.text();
    for shown in [
        "1.4 one thread per client",
        "end closes that connection only",
        "server",
        "carol",
        "$ ex7_server --port 8080",
        "> num.users",
        "! error: a client has left",
        "resets the connection",
        "FastHandshake { id: 1 }",
        "Message { from: 2, to: 64, msg: \"coral-565\" }",
        "00 00 00 02 08 01",
        "00 00 00 0f 08 02 10 40 1a 09 63 6f 72 61 6c 2d 35 36 35",
    ] {
        assert!(text.lines().any(|line| line == shown), "no {shown:?} in:\n{text}");
    }
    assert_eq!(seen.arrows.len(), 2);
    assert!(seen.page[2] <= 720.0, "{:?}", seen.page);
}

#[test]
fn a_failure_tells_what_was_expected_with_a_caret() {
    let mut failed = Line::new("alice", Mark::Failed, "expected \"STRASSE\", but heard \"STRAßE\"");
    failed.difference = Some(Difference::of_texts("STRASSE", "STRAßE".as_bytes()).into());
    let seen = drawn(&scene(vec![
        Line::new("server", Mark::Output, "$ ms0_server --port 5001"),
        Line::new("alice", Mark::Sent, "straße").with("server", b"..."),
        failed,
    ]));
    let text = seen.text();
    let last: Vec<&str> = text.lines().rev().take(4).collect();
    let expected = [
        "              ^",
        "got       STRAßE",
        "expected  STRASSE",
        "alice: expected \"STRASSE\", but heard \"STRAßE\"",
    ];
    assert_eq!(last, expected, "{text}");
}

#[test]
fn hostile_text_is_text() {
    let hostile = [
        "<script>alert(1)</script> & \"quotes\" ]]> <!--",
        "\u{202e}gnp.exe \u{0}\u{1b}[2J \u{fffe}\u{ffff}",
        "﷽﷽﷽ 𒐫𒐫 👩‍👩‍👧‍👦 e\u{301}\u{301}\u{301}",
        "</text></svg>",
    ];
    let marks = [Mark::Sent, Mark::Output, Mark::Typed, Mark::Error, Mark::Event, Mark::Failed];
    let mut lines: Vec<Line> = Vec::new();
    for text in hostile {
        lines.extend(marks.iter().map(|mark| Line::new("alice", *mark, text)));
        lines.push(Line::new(text, Mark::Event, "connects"));
    }
    lines.push(Line::new("alice", Mark::Sent, &"x".repeat(1 << 16)));
    let transcript = Transcript { title: hostile.join(" · "), lines };
    let text = drawn(&transcript).text();
    assert!(text.contains("<script>alert(1)</script>"), "{text}");
    let picture = svg(&Diagram::of(&transcript));
    assert!(!picture.contains("<script"), "{picture}");
    assert!(picture.len() < 64 << 10, "{} bytes", picture.len());
}

#[test]
fn nothing_is_a_picture_too() {
    let seen = drawn(&scene(Vec::new()));
    assert_eq!(seen.texts.len(), 2);
}

#[test]
fn the_course_is_one_picture_and_nothing_in_it_is_cut_off() {
    let transcript = scene(vec![
        Line::new("alice", Mark::Event, "connects"),
        Line::new("alice", Mark::Sent, "bread").with("server", b"bread\n"),
        Line::new("server", Mark::Output, "bread"),
    ]);
    let steps: Vec<_> = STEPS.iter().map(|step| (step, Diagram::of(&transcript))).collect();
    let seen = Seen::of(&course::svg(&steps));
    assert_eq!(seen.faults(), [""; 0]);
    assert!(seen.page[2] <= 720.0, "{:?}", seen.page);
    let words = seen.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for step in STEPS.iter() {
        assert!(words.contains(step.new), "{:?} takes too much room: {words}", step.new);
    }
}

#[test]
fn whatever_happens_nothing_stands_on_anything_else() {
    arbtest::arbtest(|choices| {
        drawn(&any(choices)?);
        Ok(())
    });
}

fn any(choices: &mut Unstructured) -> Result<Transcript> {
    const NAMES: [&str; 9] =
        ["server", "alice", "bob", "carol", "dave", "mallory", "newcomers", "guest 1", "alice 2"];
    const MARKS: [Mark; 7] = [
        Mark::Output,
        Mark::Error,
        Mark::Typed,
        Mark::Event,
        Mark::Sent,
        Mark::Received,
        Mark::Failed,
    ];
    let actors = choices.int_in_range(1..=NAMES.len())?;
    let mut lines = Vec::new();
    for _ in 0..choices.int_in_range(0..=30)? {
        let text = any_text(choices)?;
        let line = Line::new(NAMES[choices.choose_index(actors)?], *choices.choose(&MARKS)?, &text);
        lines.push(match choices.int_in_range(0..=3)? {
            0 => line.with(NAMES[choices.choose_index(actors)?], text.as_bytes()),
            1 => frame(&line.actor, line.mark, &text, text.as_bytes()),
            2 => {
                let difference = Difference::of_texts(&any_text(choices)?, text.as_bytes());
                Line { difference: Some(difference.into()), ..line }
            }
            _ => line,
        });
    }
    let title = format!("{} · {}", any_text(choices)?, any_text(choices)?);
    Ok(Transcript { title, lines })
}

fn any_text(choices: &mut Unstructured) -> Result<String> {
    let piece: &str =
        choices.choose(&["a", "wide 你好 ", "blank ", "word-403 ", "é", "\u{1b}[2J", "🎉", "`"])?;
    let times = choices.int_in_range(0..=60)?;
    Ok(piece.repeat(times) + choices.arbitrary::<&str>()?)
}
