//! Where the lifelines stand: as close together as what is written between them allows.

use crate::report::picture::blocks::Block;
use crate::report::picture::text::{NAME, clean};
use crate::report::sequence::Diagram;
use crate::stage::show::shorten;

/// What stays free at each side of a picture.
pub const MARGIN: f64 = 20.0;
/// What stays free at each end of an arrow's text.
pub const BESIDE_LABEL: f64 = 16.0;
/// What stays free between the text and the edge of its box.
pub const PADDING: f64 = 10.0;
/// From a mark to its text.
pub const BESIDE_MARK: f64 = 11.0;

/// The width of a picture with up to four actors, and of a page that it stands on.
const WIDTH: f64 = 720.0;
/// How much wider it may get for each further actor.
const FURTHER: f64 = 110.0;
/// Between two lifelines, at least.
const LEAST_GAP: f64 = 84.0;
/// The columns of a text: so many if they fit, and never fewer.
const COLUMNS: (usize, usize) = (56, 22);
/// The most columns of an actor's name.
const LONGEST_NAME: usize = 16;

/// Where everything is, from left to right.
#[derive(Debug)]
pub struct Columns {
    /// The width of the heads, with the names.
    pub heads: Vec<f64>,
    /// The room at the left of the first lifeline, beside the margin.
    left: f64,
    /// The room between one lifeline and the next.
    gaps: Vec<f64>,
    /// The room at the right of the last one.
    right: f64,
}

/// Finds the widest columns of text that fit, and says what stands in them, and where the lifelines are.
pub fn arrange<'a>(diagram: &'a Diagram<'a>) -> (Columns, Vec<Block<'a>>) {
    let most = WIDTH + FURTHER * diagram.actors.len().saturating_sub(4) as f64;
    let mut columns = COLUMNS.0;
    loop {
        let blocks = Block::all(diagram, columns);
        for is_centred in [true, false] {
            let found = Columns::of(diagram, &blocks, is_centred);
            if found.width() <= most || (columns <= COLUMNS.1 && !is_centred) {
                return (found.spread(WIDTH), blocks);
            }
        }
        columns -= 2;
    }
}

/// An actor's name as it stands in its head.
pub fn name_of(actor: &str) -> String {
    shorten(&clean(actor), LONGEST_NAME)
}

impl Columns {
    /// As narrow as these blocks allow. What a terminal shows is centred on its lifeline, or else that of the first and
    /// of the last actor begins and ends at the margin.
    fn of(diagram: &Diagram, blocks: &[Block], is_centred: bool) -> Columns {
        let head = |name: &&str| NAME.width(&name_of(name)) + 2.0 * PADDING + 4.0;
        let heads: Vec<f64> = diagram.actors.iter().map(head).collect();
        let gap = |pair: &[f64]| ((pair[0] + pair[1]) / 2.0 + 16.0).max(LEAST_GAP);
        let half = |head: Option<&f64>| head.map_or(0.0, |head| head / 2.0);
        let mut columns = Columns {
            left: half(heads.first()),
            gaps: heads.windows(2).map(gap).collect(),
            right: half(heads.last()),
            heads,
        };
        for block in blocks {
            match block {
                Block::Terminal { actor, .. } => {
                    columns.make_room_around(*actor, block.width() + 2.0 * PADDING, is_centred);
                }
                Block::Event { actor, .. } => {
                    columns.make_room_beside(*actor, block.width() + BESIDE_MARK);
                }
                Block::Arrow { .. } | Block::Failure { .. } => {}
            }
        }
        // Long arrows after short ones: they may find their room there already.
        let mut arrows: Vec<(usize, usize, f64)> = blocks.iter().filter_map(span).collect();
        arrows.sort_by_key(|(from, to, _)| to - from);
        for (from, to, width) in arrows {
            let gaps = &mut columns.gaps[from..to];
            let lacks = (width - gaps.iter().sum::<f64>()).max(0.0) / gaps.len() as f64;
            gaps.iter_mut().for_each(|gap| *gap += lacks);
        }
        columns
    }

    /// For a box on a lifeline; the other lifelines stay clear of it.
    fn make_room_around(&mut self, actor: usize, width: f64, is_centred: bool) {
        let (half, last) = (width / 2.0, self.gaps.len());
        if is_centred || last == 0 {
            self.left = self.left.max(if actor == 0 { half } else { 0.0 });
            self.right = self.right.max(if actor == last { half } else { 0.0 });
        }
        let at_the_left = if actor == 0 { self.left.min(half) } else { half };
        let at_the_right = if actor == last { self.right.min(half) } else { half };
        if let Some(gap) = self.gaps.get_mut(actor) {
            *gap = gap.max((width - at_the_left).max(half) + PADDING);
        }
        if actor > 0 {
            let gap = &mut self.gaps[actor - 1];
            *gap = gap.max((width - at_the_right).max(half) + PADDING);
        }
    }

    /// For a text at the right of a lifeline.
    fn make_room_beside(&mut self, actor: usize, width: f64) {
        match self.gaps.get_mut(actor) {
            Some(gap) => *gap = gap.max(width + PADDING),
            None => self.right = self.right.max(width),
        }
    }

    /// The width of the picture.
    pub fn width(&self) -> f64 {
        2.0 * MARGIN + self.left + self.gaps.iter().sum::<f64>() + self.right
    }

    /// The lifelines, from the left.
    pub fn lifelines(&self) -> Vec<f64> {
        let actors = 0..self.heads.len();
        actors.map(|actor| MARGIN + self.left + self.gaps[..actor].iter().sum::<f64>()).collect()
    }

    /// Spread over so much room, if it is not so wide yet: narrow gaps are widened first, then all alike.
    fn spread(mut self, width: f64) -> Columns {
        let mut more = (width - self.width()).max(0.0);
        let widest = self.gaps.iter().copied().fold(0.0, f64::max);
        loop {
            // A little to each of the narrowest at a time.
            let narrowest = self.gaps.iter().copied().fold(widest, f64::min);
            let is_narrowest = |gap: &&mut f64| **gap <= narrowest;
            let narrow: Vec<&mut f64> = self.gaps.iter_mut().filter(is_narrowest).collect();
            if narrowest >= widest || more < narrow.len() as f64 {
                break;
            }
            let by = (widest - narrowest).min(1.0);
            more -= by * narrow.len() as f64;
            narrow.into_iter().for_each(|gap| *gap += by);
        }
        let by = more / (self.gaps.len() + 1) as f64;
        self.left += by / 2.0;
        self.right += by / 2.0;
        self.gaps.iter_mut().for_each(|gap| *gap += by);
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
