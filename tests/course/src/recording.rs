//! What was on a terminal, as a picture that shows one screen after the other.

use std::fmt::Write;

use regex::Regex;
use vt100::{Color, Screen};

/// The size of a character, and the space around all of them, in units of the picture.
const COLUMN: f32 = 8.4;
const ROW: usize = 18;
const MARGIN: usize = 16;

/// What the words above a screen take.
const CAPTION: usize = 2 * ROW;

/// How long each screen is shown, in seconds.
const SECONDS: usize = 4;

/// Screens of a terminal, each with the words that say what is going on.
pub struct Recording {
    screens: Vec<(String, Vec<Vec<Run>>)>,
    columns: usize,
    rows: usize,
}

/// Characters beside each other that look alike.
#[derive(Clone, PartialEq)]
struct Run {
    column: usize,
    class: String,
    text: String,
}

impl Recording {
    /// Of a terminal of this size.
    pub fn new(columns: u16, rows: u16) -> Recording {
        let (columns, rows) = (usize::from(columns), usize::from(rows));
        Recording { screens: Vec::new(), columns, rows }
    }

    /// Takes a picture of the screen. A port is another one each time; it is shown as that of the handout.
    ///
    /// # Panics
    /// Never: the pattern of a port is one.
    pub fn takes(&mut self, caption: &str, screen: &Screen) {
        let port = Regex::new(r"127\.0\.0\.1:\d+").expect("a pattern");
        let rows = (0..self.rows).map(|row| {
            let mut runs = runs_of(screen, row as u16, self.columns as u16);
            for run in &mut runs {
                run.text = port.replace_all(&run.text, "127.0.0.1:8080").into_owned();
            }
            runs
        });
        self.screens.push((caption.to_string(), rows.collect()));
    }

    /// The picture: SVG without a script, whose screens take turns. Where motion is not wanted, the first stays.
    ///
    /// # Panics
    /// Never: a text can be written to.
    pub fn svg(&self, title: &str) -> String {
        let width = (self.columns as f32 * COLUMN) as usize + 2 * MARGIN;
        let height = self.rows * ROW + 2 * MARGIN + CAPTION;
        let (count, seconds) = (self.screens.len(), self.screens.len() * SECONDS);
        let share = 100.0 / count as f32;
        let mut svg = String::new();
        let captions = self.screens.iter().map(|(caption, _)| escaped(caption));
        let description = captions.collect::<Vec<_>>().join(". ");
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{description}.</desc>\n\
             <style>\n{STYLE}\
             .screen {{ visibility: hidden; animation: turn {seconds}s step-end infinite; }}\n\
             @keyframes turn {{ 0% {{ visibility: visible; }} {share:.2}% {{ visibility: hidden; }} }}\n",
            escaped(title)
        );
        for number in 0..count {
            let delay = number * SECONDS;
            let _ = writeln!(svg, ".s{number} {{ animation-delay: {delay}s; }}");
        }
        svg.push_str(
            "@media (prefers-reduced-motion: reduce), print { .screen { animation: none; } .s0 { visibility: visible; } }\n</style>\n",
        );
        let _ = writeln!(
            svg,
            "<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>"
        );
        for (number, (caption, rows)) in self.screens.iter().enumerate() {
            let _ = writeln!(svg, "<g class=\"screen s{number}\">");
            let _ = writeln!(
                svg,
                "<text class=\"caption\" x=\"{MARGIN}\" y=\"{}\">{}</text>",
                MARGIN + ROW / 2,
                escaped(caption)
            );
            for (row, runs) in rows.iter().enumerate() {
                let y = MARGIN + CAPTION + row * ROW + ROW / 2;
                for run in runs {
                    let x = MARGIN as f32 + run.column as f32 * COLUMN;
                    let length = textwidth(&run.text);
                    let (class, text) = (&run.class, escaped(&run.text));
                    let _ = writeln!(
                        svg,
                        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" textLength=\"{length:.1}\">{text}</text>"
                    );
                }
            }
            svg.push_str("</g>\n");
        }
        svg + "</svg>\n"
    }
}

fn textwidth(text: &str) -> f32 {
    text.chars().count() as f32 * COLUMN
}

const STYLE: &str = "\
.ground { fill: #0d1117; stroke: #30363d; }
text { fill: #e6edf3; white-space: pre; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.caption { fill: #79c0ff; font: 600 14px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
.bold { font-weight: bold; }
.dim { fill: #9da7b3; }
.c1 { fill: #ff7b72; }
.c2 { fill: #56d364; }
.c3 { fill: #e3b341; }
.c6 { fill: #76e3ea; }
.c8 { fill: #9da7b3; }
";

/// The characters of a row, without the blanks at its end.
fn runs_of(screen: &Screen, row: u16, columns: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else { continue };
        let shown = if cell.has_contents() { cell.contents() } else { " " };
        let mut classes = Vec::new();
        if let Color::Idx(color) = cell.fgcolor() {
            classes.push(format!("c{color}"));
        }
        classes.extend(cell.bold().then(|| "bold".to_string()));
        classes.extend(cell.dim().then(|| "dim".to_string()));
        let class = classes.join(" ");
        match runs.last_mut() {
            Some(run) if run.class == class || shown == " " => run.text.push_str(shown),
            _ => runs.push(Run { column: usize::from(column), class, text: shown.to_string() }),
        }
    }
    for run in &mut runs {
        let blanks = run.text.len() - run.text.trim_start_matches(' ').len();
        run.column += blanks;
        run.text = run.text.trim().to_string();
    }
    runs.retain(|run| !run.text.is_empty());
    runs
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
