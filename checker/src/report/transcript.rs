//! A transcript as text: who, what kind of thing, what.

use colored::{Color, Colorize};

use crate::report::difference;
use crate::stage::show::shorten;
use crate::stage::transcript::{Line, Mark, Transcript};

/// The width that everything is written for, where nobody says otherwise.
pub const WIDTH: usize = 80;

/// How many lines of a transcript an error may take.
const MOST_LINES: usize = 8;

/// How many characters of a transcript there are where there is room, and how many of a line.
const MOST: usize = 6_000;
const SHORTEST: usize = 400;
const LONGEST: usize = 2_000;

/// The transcript without colours, with its lines whole, however long, within reason.
pub fn whole(transcript: &Transcript) -> String {
    let width = (MOST / transcript.lines.len().max(1)).clamp(SHORTEST, LONGEST);
    render(transcript, Room { width, lines: 1 }, |_, text| text.to_string())
}

/// The transcript without colours, in 80 columns, a line of text for each of its lines.
pub fn plain(transcript: &Transcript) -> String {
    render(transcript, Room { width: WIDTH, lines: MOST_LINES }, |_, text| text.to_string())
}

/// The transcript in so many columns, coloured where that is wanted.
pub fn colored(transcript: &Transcript, width: usize) -> String {
    render(transcript, Room { width, lines: MOST_LINES }, |mark, text| match color(mark) {
        Some(color) => text.color(color).to_string(),
        None => text.to_string(),
    })
}

/// The lines of a transcript that was written with [`plain`], coloured where that is wanted: each in the colour of its
/// sign, and what goes on in further lines in that of the first.
pub fn recolored(plain: &str) -> Vec<String> {
    repainted(plain, |mark, text| match color(mark) {
        Some(color) => text.color(color).to_string(),
        None => text.to_string(),
    })
}

fn repainted(plain: &str, paint: impl Fn(Mark, &str) -> String) -> Vec<String> {
    let mut latest = None;
    let repaint = |line: &str| {
        let Some((actor, rest)) = line.strip_prefix("  ").and_then(|line| line.split_once(' '))
        else {
            return line.to_string();
        };
        let text = rest.trim_start();
        if !actor.is_empty() {
            latest = MARKS.iter().copied().find(|mark| text.starts_with(sign(*mark)));
        }
        let (before, text) = line.split_at(line.len() - text.len());
        latest.map_or(line.to_string(), |mark| format!("{before}{}", paint(mark, text)))
    };
    plain.lines().map(repaint).collect()
}

/// The transcripts that were written with [`plain`], with an empty line after each; what stands above the first is left out.
/// Lines that go on are one again. What was cut off is not known, nor to whom something was sent.
pub fn parsed(plain: &str) -> Vec<Transcript> {
    let mut transcripts: Vec<Transcript> = Vec::new();
    let mut title = "";
    for text in plain.lines() {
        let line = text.strip_prefix("  ").and_then(|line| line.split_once(' '));
        let Some((actor, rest)) = line else {
            title = text;
            continue;
        };
        let rest = rest.trim_start();
        if !title.is_empty() {
            transcripts.push(Transcript::new(std::mem::take(&mut title).to_string()));
        }
        let Some(transcript) = transcripts.last_mut() else { continue };
        let mark = MARKS.into_iter().find(|mark| rest.starts_with(sign(*mark)));
        match (mark, transcript.lines.last_mut()) {
            (Some(mark), _) if !actor.is_empty() => {
                let text = rest.strip_prefix(sign(mark)).unwrap_or(rest).trim_start();
                transcript.lines.push(Line::new(actor, mark, text));
            }
            (_, Some(last)) if actor.is_empty() => last.text += &format!(" {rest}"),
            _ => {}
        }
    }
    transcripts
}

/// All marks.
const MARKS: [Mark; 7] =
    [Mark::Output, Mark::Error, Mark::Typed, Mark::Event, Mark::Sent, Mark::Received, Mark::Failed];

fn sign(mark: Mark) -> char {
    match mark {
        Mark::Output => '│',
        Mark::Error => '!',
        Mark::Typed => '>',
        Mark::Event => '┄',
        Mark::Sent => '→',
        Mark::Received => '←',
        Mark::Failed => '✗',
    }
}

fn color(mark: Mark) -> Option<Color> {
    match mark {
        Mark::Output | Mark::Typed => None,
        Mark::Event => Some(Color::BrightBlack),
        Mark::Error => Some(Color::Yellow),
        Mark::Sent => Some(Color::Cyan),
        Mark::Received => Some(Color::Green),
        Mark::Failed => Some(Color::Red),
    }
}

/// What a line of a transcript may take.
#[derive(Clone, Copy)]
struct Room {
    width: usize,
    lines: usize, // if it is about what went wrong
}

fn render(transcript: &Transcript, room: Room, paint: impl Fn(Mark, &str) -> String) -> String {
    let (lines, width) = (&transcript.lines, room.width);
    let actors = lines.iter().map(|line| line.actor.chars().count()).max().unwrap_or(0).max(6);
    let room = Room { width: width.saturating_sub(actors + 5), ..room };
    let mut text = format!("{}\n", shorten(&transcript.title, width));
    for line in lines {
        for (number, part) in parts_of(line, room).iter().enumerate() {
            let sign = if number == 0 { sign(line.mark) } else { ' ' };
            let actor = if number == 0 { line.actor.as_str() } else { "" };
            let painted = paint(line.mark, &format!("{sign} {part}"));
            text.push_str(&format!("  {actor:<actors$} {}\n", painted.trim_end()));
        }
    }
    text
}

/// What went wrong goes on in further lines; anything else is cut short.
fn parts_of(line: &Line, room: Room) -> Vec<String> {
    match line.mark {
        Mark::Failed | Mark::Error if room.lines > 1 => {
            let parts = textwrap::wrap(&line.text, room.width);
            let parts = parts.iter().take(room.lines).map(|part| part.to_string());
            parts.chain(difference_of(line, room.width)).collect()
        }
        _ => {
            let is_measured = room.lines > 1; // which takes long, and is for columns
            let text = match is_measured {
                true => shorten(&line.text, room.width),
                false => cut(&line.text, room.width),
            };
            [text].into_iter().chain(difference_of(line, room.width.min(WIDTH))).collect()
        }
    }
}

/// The text, or so many characters of it and an ellipsis.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

fn difference_of(line: &Line, width: usize) -> Vec<String> {
    line.difference.iter().flat_map(|difference| difference::rows(difference, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::difference::Difference;

    fn transcript(lines: &[(Mark, &str)]) -> Transcript {
        let mut transcript = Transcript::new("title".to_string());
        transcript.lines.extend(lines.iter().map(|(mark, text)| Line::new("server", *mark, text)));
        transcript
    }

    #[test]
    fn a_line_has_its_actor_and_its_sign() {
        let transcript = transcript(&[(Mark::Output, "bread"), (Mark::Sent, "")]);
        assert_eq!(plain(&transcript), "title\n  server │ bread\n  server → (an empty line)\n");
    }

    #[test]
    fn a_plain_transcript_can_be_read_again() {
        let long = "long ".repeat(40);
        let transcript = transcript(&MARKS.map(|mark| (mark, "a  word: \\t ␠")));
        let other = Transcript {
            title: "other".to_string(),
            lines: vec![
                Line::new("mallory", Mark::Failed, long.trim()),
                Line::new("bob", Mark::Sent, ""),
            ],
        };
        let text = format!("---\nsource: a file\n---\n{}\n{}", plain(&transcript), plain(&other));
        let again = parsed(&text);
        let titles: Vec<&str> = again.iter().map(|transcript| transcript.title.as_str()).collect();
        assert_eq!(titles, ["title", "other"]);
        for (again, first) in again.iter().zip([transcript, other]) {
            assert_eq!(again.lines, first.lines);
        }
        assert!(parsed("").is_empty() && parsed("one line\n\n  and another\n").is_empty());
    }

    #[test]
    fn a_plain_transcript_is_coloured_as_if_it_had_been_at_once() {
        let long = "long ".repeat(40);
        let mut transcript = transcript(&MARKS.map(|mark| (mark, long.as_str())));
        transcript.lines[6].difference = Some(Difference::of_texts("a", b"b").into());
        let paint = |mark: Mark, text: &str| format!("<{mark:?}>{}", text.trim_start());
        let at_once = render(&transcript, Room { width: WIDTH, lines: MOST_LINES }, paint);
        let again = repainted(&plain(&transcript), paint);
        assert_eq!(again.len(), at_once.lines().count());
        let unpainted = |line: &str| line.split_whitespace().collect::<String>();
        for (again, at_once) in again.iter().zip(at_once.lines()) {
            assert_eq!(unpainted(again), unpainted(at_once));
        }
    }

    #[test]
    fn a_line_is_whole_where_there_is_room_within_reason() {
        let long = "long ".repeat(100);
        let text = whole(&transcript(&[(Mark::Output, &long), (Mark::Failed, &long)]));
        assert_eq!((text.lines().count(), text.matches("long").count()), (3, 200), "{text}");
        let endless = "x".repeat(1 << 16);
        let text = whole(&transcript(&[(Mark::Output, &endless), (Mark::Failed, &endless)]));
        assert!(text.len() < MOST, "{} bytes", text.len());
        assert_eq!(text.matches("xx…\n").count(), 2, "{text}");
    }

    #[test]
    fn every_line_fits_its_width() {
        let long = "long ".repeat(40);
        let mut transcript = transcript(&[(Mark::Output, &long), (Mark::Failed, &long)]);
        let text = plain(&transcript);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.matches("long").count(), 13 + 40, "{text}");
        let difference = Difference::of_texts(&long, long.replace("long long", "along").as_bytes());
        transcript.lines[1].difference = Some(difference.into());
        for width in [40, 60, 80] {
            let text = colored(&transcript, width);
            let text = console::strip_ansi_codes(&text);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            assert!(text.contains('^'), "{text}");
        }
    }
}
