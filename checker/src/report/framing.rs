//! How commands frame their messages, as a person reads it above the verdicts.

use crate::stage::framing::{Framed, Framing, Known};
use crate::stage::launch::Role;

/// How commands frame their messages, and how that is known: in one line, or in one for each role if they differ.
pub(super) fn framing_in_words(framings: &[(Role, Framed)]) -> Vec<String> {
    let words = |framed: &Framed| {
        let how = match framed.framing {
            Framing::None => "without frames, one message a segment".to_string(),
            framing => format!("framed as {framing}"),
        };
        match framed.known {
            Known::Told => format!("{how} (--framing)"),
            Known::FoundOut => format!("{how} (found out from its first bytes; --framing sets it)"),
            Known::Assumed => {
                format!("{how}, if at all (its first bytes do not say; --framing sets it)")
            }
        }
    };
    match framings {
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => {
            vec![words(first)]
        }
        framings => {
            let line = |(role, framed): &(Role, Framed)| {
                format!("the {} is {}", role.word(), words(framed))
            };
            framings.iter().map(line).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_commands_frame_their_messages_is_said_once_or_for_each_role() {
        let framed = |framing, known| Framed { framing, known };
        let told = framed(Framing::U16Be, Known::Told);
        let both = [(Role::Server, told), (Role::Client, told)];
        assert_eq!(framing_in_words(&both), ["framed as u16be (--framing)"]);
        let found = framed(Framing::None, Known::FoundOut);
        let assumed = framed(Framing::U32Be, Known::Assumed);
        assert_eq!(
            framing_in_words(&[(Role::Server, assumed), (Role::Client, found)]),
            [
                "the server is framed as u32be, if at all (its first bytes do not say; --framing sets it)",
                "the client is without frames, one message a segment (found out from its first bytes; \
                 --framing sets it)",
            ]
        );
        assert!(framing_in_words(&[]).is_empty());
    }
}
