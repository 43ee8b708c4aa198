//! Runs of tokens as numbers, and the few of them that stand for a file: winnowing, after Schleimer, Wilkerson and
//! Aiken, *Winnowing: Local Algorithms for Document Fingerprinting* (SIGMOD 2003).

use crate::judge::likeness::tokens::Token;

/// How many tokens are a run. A shorter stretch that two files have in common is not noticed.
pub const RUN: usize = 12;

/// From so many runs that follow each other, one stands for all. So of a stretch of `RUN + WINDOW - 1` tokens that two
/// files have in common, both keep the same run at least once.
pub const WINDOW: usize = 4;

/// A run of tokens.
pub type Gram = u64;

/// The runs of a file, one from each token on that has enough others after it.
pub fn grams(tokens: &[Token]) -> Vec<Gram> {
    tokens.windows(RUN).map(hash).collect()
}

/// 64-bit FNV-1a, a token at a time, with its bits mixed well enough to be compared by size.
fn hash(run: &[Token]) -> Gram {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for token in run {
        hash = (hash ^ token).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Which of the tokens are in a run of which `counts` is true. `tokens`: how many there are.
pub fn covered(tokens: usize, counts: impl Iterator<Item = bool>) -> Vec<bool> {
    let mut covered = vec![false; tokens];
    let mut end = 0; // up to here they are
    for (start, counts) in counts.enumerate() {
        if counts {
            let from = end.max(start);
            end = start + RUN;
            covered[from..end].fill(true);
        }
    }
    covered
}

/// Which of these runs stand for the others, by their places: from each window the least one, and the last of those if
/// there are several.
pub fn winnowed(grams: &[Gram]) -> Vec<usize> {
    let mut kept = Vec::new();
    for (start, window) in grams.windows(WINDOW.min(grams.len()).max(1)).enumerate() {
        let least = window.iter().enumerate().min_by_key(|(place, gram)| (**gram, WINDOW - place));
        let place = least.map(|(place, _)| start + place);
        if place != kept.last().copied() {
            kept.extend(place);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_covered_by_each_run_that_it_is_in() {
        let which = |counts: &[bool]| -> Vec<usize> {
            let covered = covered(counts.len() + RUN - 1, counts.iter().copied());
            (0..covered.len()).filter(|place| covered[*place]).collect()
        };
        assert_eq!(which(&[false; 5]), [0; 0]);
        assert_eq!(which(&[false, true, false]), Vec::from_iter(1..1 + RUN));
        let mut far_apart = [false; 3 * RUN];
        (far_apart[0], far_apart[3], far_apart[2 * RUN]) = (true, true, true);
        assert_eq!(which(&far_apart), Vec::from_iter((0..3 + RUN).chain(2 * RUN..3 * RUN)));
        assert_eq!(covered(3, [].into_iter()), [false; 3], "too short for a run");
    }

    #[test]
    fn from_each_window_the_least_run_is_kept_once() {
        assert_eq!(WINDOW, 4);
        assert_eq!(winnowed(&[5, 3, 9, 7, 8, 6, 4, 4, 4]), [1, 5, 6, 7, 8]);
        assert_eq!(winnowed(&[7, 2]), [1], "fewer than a window");
        assert_eq!(winnowed(&[]), [0; 0]);
    }

    #[test]
    fn two_files_keep_the_same_run_of_a_stretch_that_they_have_in_common() {
        arbtest::arbtest(|choices| {
            let (before, shared, after): (Vec<u8>, Vec<u8>, Vec<u8>) = choices.arbitrary()?;
            let kept = |parts: &[&[u8]]| -> Vec<Gram> {
                let tokens: Vec<Token> =
                    parts.concat().iter().map(|token| (token % 4).into()).collect();
                let grams = grams(&tokens);
                winnowed(&grams).into_iter().map(|place| grams[place]).collect()
            };
            let (one, other) = (kept(&[&before, &shared]), kept(&[&shared, &after]));
            let is_long = shared.len() >= RUN + WINDOW - 1;
            assert!(!is_long || one.iter().any(|gram| other.contains(gram)));
            Ok(())
        });
    }
}
