//! Where the lifelines stand: as close together as what is written between them allows.

use crate::report::picture::blocks::Block;
use crate::report::picture::text::{NAME, clean};
use crate::report::sequence::Diagram;

/// What stays free at each side of a picture.
pub const MARGIN: f64 = 20.0;
/// What stays free at each end of an arrow's text.
pub const BESIDE_LABEL: f64 = 16.0;
/// What stays free between the text and the edge of its box.
pub const PADDING: f64 = 10.0;
/// From a mark to its text.
pub const BESIDE_MARK: f64 = 11.0;

/// The width of a picture with up to four actors, and of a page that it stands on.
pub const WIDTH: f64 = 720.0;
/// How much wider it may get for each further actor.
const FURTHER: f64 = 110.0;
/// Between two lifelines, at least.
const LEAST_GAP: f64 = 84.0;
/// The columns of a text: so many if they fit, and never fewer.
const COLUMNS: (usize, usize) = (56, 22);

/// Where everything is, from left to right.
#[derive(Debug)]
pub struct Columns {
    /// The lifelines, one for each actor.
    pub lifelines: Vec<f64>,
    /// The width of the heads, with the names.
    pub heads: Vec<f64>,
    /// The width of the picture.
    pub width: f64,
}

/// Finds the widest columns of text that fit, and says what stands in them, and where the lifelines are.
pub fn arrange<'a>(diagram: &'a Diagram<'a>) -> (Columns, Vec<Block<'a>>) {
    let actors = diagram.actors.len();
    let most = WIDTH + FURTHER * actors.saturating_sub(4) as f64;
    let mut columns = COLUMNS.0;
    loop {
        let blocks = Block::all(diagram, columns);
        for is_centred in [true, false] {
            let found = Columns::of(diagram, &blocks, is_centred);
            if found.width <= most || (columns <= COLUMNS.1 && !is_centred) {
                return (found.spread(WIDTH), blocks);
            }
        }
        columns -= 2;
    }
}

impl Columns {
    /// As narrow as these blocks allow. What a terminal shows is centred on its lifeline, or else stands flush with the
    /// head of the actor at the edge.
    fn of(diagram: &Diagram, blocks: &[Block], is_centred: bool) -> Columns {
        let head = |name: &&str| NAME.width(&clean(name)) + 2.0 * PADDING + 4.0;
        let heads: Vec<f64> = diagram.actors.iter().map(head).collect();
        let last = heads.len().saturating_sub(1);
        let mut left = heads.first().map_or(0.0, |head| head / 2.0);
        let mut right = heads.last().map_or(0.0, |head| head / 2.0);
        let mut gaps: Vec<f64> = heads
            .windows(2)
            .map(|pair| ((pair[0] + pair[1]) / 2.0 + 16.0).max(LEAST_GAP))
            .collect();
        for block in blocks {
            let width = block.width();
            match block {
                Block::Terminal { actor, .. } => {
                    let width = width + 2.0 * PADDING;
                    let half = width / 2.0;
                    if *actor == 0 && (is_centred || last == 0) {
                        left = left.max(half);
                    }
                    if *actor == last && (is_centred || last == 0) {
                        right = right.max(half);
                    }
                    // The others' lifelines stay clear of it.
                    if let Some(gap) = gaps.get_mut(*actor) {
                        let beyond = if *actor == 0 { width - left.min(half) } else { half };
                        *gap = gap.max(beyond + PADDING);
                    }
                    if *actor > 0 {
                        let beyond = if *actor == last { width - right.min(half) } else { half };
                        gaps[actor - 1] = gaps[actor - 1].max(beyond + PADDING);
                    }
                }
                Block::Event { actor, .. } => match gaps.get_mut(*actor) {
                    Some(gap) => *gap = gap.max(width + BESIDE_MARK + PADDING),
                    None => right = right.max(width + BESIDE_MARK),
                },
                Block::Arrow { .. } | Block::Failure { .. } => {}
            }
        }
        // Long arrows after short ones: they may find their room there already.
        let mut arrows: Vec<(usize, usize, f64)> = blocks.iter().filter_map(span).collect();
        arrows.sort_by_key(|(from, to, _)| to - from);
        for (from, to, width) in arrows {
            let room: f64 = gaps[from..to].iter().sum();
            let lacks = (width - room).max(0.0) / (to - from) as f64;
            gaps[from..to].iter_mut().for_each(|gap| *gap += lacks);
        }
        let mut x = MARGIN + left;
        let mut lifelines = vec![x];
        for gap in &gaps {
            x += gap;
            lifelines.push(x);
        }
        Columns { lifelines, heads, width: x + right + MARGIN }
    }

    /// Spread over so much room, if it is not so wide yet.
    fn spread(mut self, width: f64) -> Columns {
        let more = (width - self.width).max(0.0);
        let places = self.lifelines.len() as f64 + 1.0;
        for (number, lifeline) in self.lifelines.iter_mut().enumerate() {
            *lifeline += more * (number + 1) as f64 / places;
        }
        self.width += more;
        self
    }
}

/// From where to where an arrow goes, from left to right, and the room that it needs.
fn span(block: &Block) -> Option<(usize, usize, f64)> {
    match block {
        Block::Arrow { from, to, .. } => {
            Some((*from.min(to), *from.max(to), block.width() + 2.0 * BESIDE_LABEL))
        }
        _ => None,
    }
}
