//! How a peer listens to a program in any language: its reply may have anything around it, but comes once, and nothing
//! that was said before, or by somebody else, comes with it.

use std::borrow::Cow;

use crate::stage::expected::{is_begun, most_unasked};
use crate::stage::peer::{Heard, Peer};
use crate::stage::show::quoted;
use crate::stage::stop::{Scene, Stop};
use crate::stage::wire::Wire;
use crate::stage::words::drawn_in;

impl Peer {
    /// Hears one of these texts from a foreign program: once, and nothing of what else was said. A second copy of the
    /// last reply, or what another client was told, comes before it.
    pub(super) fn hears_once(&self, texts: &[Cow<str>], words: &str) -> Result<Heard, Stop> {
        let own: Vec<String> = texts.iter().flat_map(|text| drawn_in(text)).collect();
        let is_strange = |heard: &str| drawn_in(heard).iter().any(|word| !own.contains(word));
        let count = |heard: &str| texts.iter().map(|text| heard.matches(&**text).count()).max();
        let is_decided = |heard: &str| count(heard) > Some(0) || is_strange(heard);
        // It may be written byte by byte, with pauses.
        let is_whole = |heard: &str| !texts.iter().any(|text| is_begun(heard, text));
        let heard = self.hears_matching(words, most_unasked(true), &is_whole, &is_decided)?;
        let text = quoted(&heard.text);
        match count(&heard.text) {
            _ if is_strange(&heard.text) => {
                self.fails(format!("expected {words}, but heard {text}"))
            }
            Some(2..) => self.fails(format!("expected {words} once, but heard {text}")),
            _ => Ok(heard),
        }
    }

    /// Hears a foreign program's reply to a message: anything, in however many lines, once. What came before the
    /// message can have been taken for a reply. Then the reply comes late, and is passed over here.
    pub(super) fn hears_reply(&self, message: &str) -> Result<Heard, Stop> {
        let own = drawn_in(message);
        let mut late = self.unheard.take();
        let words = format!("a reply to {}", quoted(message));
        loop {
            let heard = self.hears_anything(&words)?;
            let text = quoted(heard.text.trim());
            let (said, others): (Vec<String>, Vec<String>) =
                drawn_in(&heard.text).into_iter().partition(|word| own.contains(word));
            if others.iter().any(|word| !late.contains(word)) {
                return self.fails(format!("expected {words}, but heard {text}"));
            }
            if is_said_twice(&heard.text) {
                return self.fails(format!("expected one reply to each message, but heard {text}"));
            }
            let is_late = !others.is_empty();
            if is_late {
                late.clear();
            }
            if heard.text.trim().is_empty() || (is_late && said.is_empty()) {
                continue;
            }
            if said.is_empty() {
                self.unheard.replace(own);
            }
            return Ok(heard);
        }
    }

    /// Lets a foreign program say what it says of its own accord, a greeting for example, and passes over it. One of
    /// the course has nothing to say.
    pub fn hears_out(&self) -> Scene {
        if !self.is_strict {
            self.board.comes_to_rest(self.board.patience() / 4)?;
            let bytes = self.board.with_wire(self.wire, Wire::take_all);
            self.notes_lines(&bytes);
        }
        Ok(())
    }

    /// Makes sure that nothing of what was said in this scene has come once more.
    pub fn has_heard_all(&self) -> Scene {
        let unread = self.board.with_wire(self.wire, |wire| wire.unread().to_vec());
        match drawn_in(&String::from_utf8_lossy(&unread)).is_empty() {
            true => Ok(()),
            false => {
                let heard = self.quoted(&unread);
                self.fails(format!("expected each message once, but heard {heard} again"))
            }
        }
    }
}

/// Whether a text is a shorter one, two times or more: `Received!Received!`. (`haha` is one reply.)
fn is_said_twice(text: &str) -> bool {
    const SHORTEST: usize = 3;
    let bytes = text.as_bytes();
    let is_repeated = |length: &usize| {
        bytes.len().is_multiple_of(*length)
            && bytes.chunks(*length).all(|chunk| *chunk == bytes[..*length])
    };
    let length = (SHORTEST..=bytes.len() / 2).find(is_repeated);
    length.is_some_and(|length| bytes[..length].iter().any(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_said_twice_is_told_from_one_that_repeats_a_syllable() {
        for twice in ["ReceivedReceived", "ok\nok\nok\n", "bread-417\r\nbread-417\r\n"] {
            assert!(is_said_twice(twice), "{twice}");
        }
        for once in ["haha", "........", "bread-417\nbread-418\n", "Received\nReceive\n", "ok", ""]
        {
            assert!(!is_said_twice(once), "{once}");
        }
    }
}
