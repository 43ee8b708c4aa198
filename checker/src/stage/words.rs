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

/// Draws words, none of them twice.
pub struct Words {
    random: ChaCha8Rng,
    left: Vec<&'static str>,
    drawn: usize,
}

impl Words {
    /// The same `seed` and `name` give the same words, whichever other checks are played.
    pub fn new(seed: u64, name: &str) -> Words {
        // FNV-1a and ChaCha give the same numbers on every machine and with every release: the snapshots depend on it.
        let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325, hash);
        Words { random: ChaCha8Rng::seed_from_u64(seed ^ name), left: WORDS.to_vec(), drawn: 0 }
    }

    /// The next word.
    pub fn draw(&mut self) -> String {
        self.drawn += 1;
        if self.left.is_empty() {
            // All are used up: number them, so that each is still unlike the others.
            let word = WORDS[self.below(WORDS.len() as u64) as usize];
            return format!("{word}-{}", self.drawn);
        }
        let chosen = self.below(self.left.len() as u64) as usize;
        self.left.swap_remove(chosen).to_string()
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
