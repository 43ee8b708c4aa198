//! The words that actors say: drawn at random, so that an answer written into a program is wrong.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

const WORDS: &[&str] = &[
    "acorn", "almond", "anchor", "apricot", "arrow", "autumn", "badger", "bamboo", "barley",
    "basil", "beacon", "birch", "blanket", "bottle", "bread", "bridge", "bronze", "butter",
    "button", "cabin", "candle", "canoe", "carpet", "castle", "cedar", "cherry", "cinnamon",
    "clover", "cobalt", "comet", "copper", "coral", "cotton", "cradle", "cricket", "crystal",
    "daisy", "dolphin", "dragon", "eagle", "ember", "falcon", "feather", "fern", "fiddle", "flute",
    "forest", "fountain", "galaxy", "garlic", "ginger", "glacier", "granite", "hammer", "harbor",
    "hazel", "helmet", "heron", "honey", "island", "ivory", "jasmine", "kettle", "lantern",
    "lemon", "lentil", "lily", "lizard", "lobster", "maple", "marble", "meadow", "melon", "mirror",
    "mustard", "nectar", "needle", "nutmeg", "olive", "onion", "orchid", "otter", "paddle",
    "paper", "pebble", "pepper", "pigeon", "planet", "plum", "poppy", "pumpkin", "quartz",
    "rabbit", "raven", "river", "saddle", "saffron", "salmon", "satin", "sesame", "silver",
    "sparrow", "spinach", "spruce", "squirrel", "summit", "sunset", "teapot", "thimble", "thistle",
    "timber", "tulip", "turnip", "turtle", "velvet", "violet", "walnut", "willow", "winter",
    "yarrow",
];

/// A seed for [`Words`] that nobody knows beforehand, short enough to be typed.
pub fn any_seed() -> u64 {
    rand::random_range(1..1_000_000)
}

/// Draws words, none of them twice, each with a number: `bread-417`. So not even a program that says all of these words
/// has said the right one.
pub struct Words {
    random: ChaCha8Rng,
    left: Vec<&'static str>,
}

impl Words {
    /// The same `seed` and `name` give the same words, whichever other checks are played.
    pub fn new(seed: u64, name: &str) -> Words {
        // FNV-1a and ChaCha give the same numbers on every machine and with every release: the snapshots depend on it.
        let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325, hash);
        Words { random: ChaCha8Rng::seed_from_u64(seed ^ name), left: Vec::new() }
    }

    /// The next word.
    pub fn draw(&mut self) -> String {
        if self.left.is_empty() {
            self.left = WORDS.to_vec(); // all of them again, with other numbers
        }
        let chosen = self.below(self.left.len() as u64) as usize;
        let word = self.left.swap_remove(chosen);
        format!("{word}-{}", self.number(100, 999))
    }

    /// A random number from `low` to `high`.
    pub fn number(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(low.abs_diff(high) + 1) as i64
    }

    /// A random number below `bound`, which is small: the remainder of a division is fair enough then.
    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }
}

/// The drawn words in a text, in small letters: what was said in a scene, and what no program says by itself.
pub fn drawn_in(text: &str) -> Vec<String> {
    let text = text.to_ascii_lowercase();
    let drawn = |(at, _): (usize, &str)| {
        let number = text.get(at + 1..at + 4).filter(|number| is_number(number))?;
        let word = WORDS
            .iter()
            .filter(|word| text[..at].ends_with(**word))
            .max_by_key(|word| word.len())?;
        Some(format!("{word}-{number}"))
    };
    text.match_indices('-').filter_map(drawn).collect()
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_and_name_draw_the_same_words_and_others_draw_others() {
        let drawn = |seed, name| -> Vec<String> {
            let mut words = Words::new(seed, name);
            (0..3).map(|_| words.draw()).collect()
        };
        assert_eq!(drawn(1, "ex1::a"), drawn(1, "ex1::a"));
        assert_ne!(drawn(1, "ex1::a"), drawn(2, "ex1::a"));
        assert_ne!(drawn(1, "ex1::a"), drawn(1, "ex1::b"));
    }

    #[test]
    fn drawn_words_are_found_in_whatever_stands_around_them() {
        let found = |text| drawn_in(text).join(" ");
        assert_eq!(found("Server: BREAD-417!"), "bread-417");
        assert_eq!(found("Echobread-417bread-418\n"), "bread-417 bread-418");
        assert_eq!(found("client-417 of 127.0.0.1 - bread, bread-41 and ß-123"), "");
    }

    #[test]
    fn a_word_cannot_be_said_by_someone_who_says_all_of_the_list() {
        let mut words = Words::new(1, "ex1::a");
        let drawn: Vec<String> = (0..2 * WORDS.len()).map(|_| words.draw()).collect();
        assert!(drawn.iter().all(|word| !WORDS.contains(&word.as_str())), "{drawn:?}");
        let distinct: BTreeSet<&String> = drawn.iter().collect();
        assert!(distinct.len() >= drawn.len() - 1, "two of a few hundred may be alike: {drawn:?}");
    }
}
