//! Protobuf messages in their frames, as data: what is in a frame, and what bytes are that are none.

use chatlings::proto::{FastHandshake, Message};
use prost::encoding::{DecodeContext, decode_key, skip_field};

use crate::stage::framing::{Framing, LONGEST};
use crate::stage::show::{fits_quoted, quoted};

/// A protobuf message that can be shown in a transcript.
pub trait Shown: prost::Message + Default + PartialEq {
    /// Its type's name.
    const NAME: &'static str;

    /// How many fields it has. Their numbers begin at 1.
    const FIELDS: u32;

    /// As in Rust, without the fields that have their default: those need not travel.
    fn shown(&self) -> String;
}

impl Shown for Message {
    const NAME: &'static str = "Message";
    const FIELDS: u32 = 3;

    fn shown(&self) -> String {
        let mut fields = Vec::new();
        if self.from != 0 {
            fields.push(format!("from: {}", self.from));
        }
        if self.to != 0 {
            fields.push(format!("to: {}", self.to));
        }
        if !self.msg.is_empty() {
            let size = format!(" ({} bytes)", self.msg.len());
            let size = if fits_quoted(&self.msg) { "" } else { &*size };
            fields.push(format!("msg: {}{size}", quoted(&self.msg)));
        }
        with_fields(Self::NAME, &fields)
    }
}

impl Shown for FastHandshake {
    const NAME: &'static str = "FastHandshake";
    const FIELDS: u32 = 2;

    fn shown(&self) -> String {
        let mut fields = Vec::new();
        if self.id != 0 {
            fields.push(format!("id: {}", self.id));
        }
        if self.error {
            fields.push("error: true".to_string());
        }
        with_fields(Self::NAME, &fields)
    }
}

fn with_fields(name: &str, fields: &[String]) -> String {
    match fields {
        [] => format!("{name} {{}}"),
        fields => format!("{name} {{ {} }}", fields.join(", ")),
    }
}

/// A message in a frame.
pub fn frame_of<M: Shown>(message: &M, framing: Framing) -> Vec<u8> {
    framing.frame(&message.encode_to_vec())
}

/// Whether the fields of an encoded message are all of this type. `decode` skips those that it does not know: then it
/// is another type. A field that has its default may be there, or not.
pub(super) fn has_no_other_fields<M: Shown>(mut body: &[u8]) -> bool {
    while !body.is_empty() {
        let Ok((number, wire_type)) = decode_key(&mut body) else { return false };
        let is_known = (1..=M::FIELDS).contains(&number);
        if !is_known || skip_field(wire_type, number, &mut body, DecodeContext::default()).is_err()
        {
            return false;
        }
    }
    true
}

/// The message in the first frame, if it is one.
pub(super) fn first_message(bytes: &[u8], framing: Framing) -> Option<Message> {
    let frame = framing.first(bytes).ok()??;
    <Message as prost::Message>::decode(&bytes[frame.header..frame.count]).ok()
}

/// The message that all of these bytes are, if they are one message of this type and nothing else.
fn only_message<M: Shown>(bytes: &[u8], framing: Framing) -> Option<M> {
    let frame = framing.first(bytes).ok()??;
    let body = &bytes[frame.header..];
    let is_all = frame.count == bytes.len() && has_no_other_fields::<M>(body);
    if is_all { M::decode(body).ok() } else { None }
}

/// How these bytes may be framed, if they are one message of this type that `is_right`, and nothing else.
pub(super) fn framings_of<M: Shown>(bytes: &[u8], is_right: impl Fn(&M) -> bool) -> Vec<Framing> {
    let fits = |framing: &Framing| only_message(bytes, *framing).is_some_and(|m| is_right(&m));
    Framing::ALL.into_iter().filter(fits).collect()
}

/// Whether these bytes are messages in frames, and nothing else.
pub(super) fn are_messages(mut bytes: &[u8], framing: Framing) -> bool {
    while let Ok(Some(frame)) = framing.first(bytes) {
        let body = &bytes[frame.header..frame.count];
        if !has_no_other_fields::<Message>(body) || first_message(bytes, framing).is_none() {
            return false;
        }
        bytes = &bytes[frame.count..];
    }
    bytes.is_empty()
}

/// What bytes are that no message of this type was found in, as a sentence to be added; empty where there is nothing
/// to say.
pub(super) fn explanation<M: Shown>(bytes: &[u8], framing: Framing) -> String {
    let others = Framing::ALL.into_iter().filter(|other| *other != framing);
    for other in others.collect::<Vec<_>>() {
        let shown = shown_if_whole::<M>(bytes, other)
            .or_else(|| shown_if_whole::<Message>(bytes, other))
            .or_else(|| shown_if_whole::<FastHandshake>(bytes, other));
        if let Some(shown) = shown {
            return format!(". These bytes are a whole {shown} {}", wrong_header(other, framing));
        }
    }
    announcement(bytes, framing)
}

/// A message that has a field at least, and none twice: of nothing, it cannot be said what it is, and several messages
/// without a length between them decode as one.
fn shown_if_whole<M: Shown>(bytes: &[u8], framing: Framing) -> Option<String> {
    let message = only_message::<M>(bytes, framing)?;
    let is_one = message != M::default() && frame_of(&message, framing).len() == bytes.len();
    is_one.then(|| message.shown())
}

fn wrong_header(found: Framing, expected: Framing) -> String {
    let (found, expected) = (found.header_in_words(), expected.header_in_words());
    match (found, expected) {
        ("", _) => "without its length before it".to_string(),
        (_, "") => format!("with its length before it ({found})"),
        _ => format!("whose length is {found}; it must be {expected}"),
    }
}

/// What the first four bytes say, and whether they say it the wrong way round.
fn announcement(bytes: &[u8], framing: Framing) -> String {
    let (true, Some((header, body))) = (framing == Framing::U32Be, bytes.split_first_chunk::<4>())
    else {
        return String::new();
    };
    let (big, little) = (u32::from_be_bytes(*header), u32::from_le_bytes(*header));
    let mut text = format!(". The first 4 bytes announce {big} bytes, and {} follow", body.len());
    if little as usize == body.len() || (big as usize > LONGEST && little as usize <= LONGEST) {
        text.push_str(&format!(
            " (read as little-endian: {little}; the length must be big-endian)"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn a_field_that_has_its_default_may_be_there_or_not() {
        for body in [&[][..], &[0x10, 0], &[0x08, 0, 0x10, 0], &[0x08, 0, 0x10, 0, 0x1a, 0]] {
            assert_eq!(Message::decode(body), Ok(Message::default()));
            assert!(has_no_other_fields::<Message>(body), "{body:?}");
        }
    }

    #[test]
    fn bytes_that_are_a_message_in_another_frame_are_explained() {
        let message = Message { from: 1, to: 0, msg: "bread".to_string() };
        let explained =
            |found, expected| explanation::<FastHandshake>(&frame_of(&message, found), expected);
        let whole = ". These bytes are a whole Message { from: 1, msg: \"bread\" }";
        let expected = format!("{whole} without its length before it");
        assert_eq!(explained(Framing::None, Framing::U32Be), expected);
        let expected = format!("{whole} with its length before it (a varint)");
        assert_eq!(explained(Framing::Varint, Framing::None), expected);
        let expected =
            format!("{whole} whose length is 2 bytes, big-endian; it must be 4 bytes, big-endian");
        assert_eq!(explained(Framing::U16Be, Framing::U32Be), expected);
        let two = [frame_of(&message, Framing::None), frame_of(&message, Framing::None)].concat();
        assert!(!explanation::<Message>(&two, Framing::U32Be).contains("whole"));
    }

    #[test]
    fn a_message_that_is_known_tells_how_it_is_framed() {
        let message = Message { from: 1, to: 2, msg: "bread-417".to_string() };
        for framing in Framing::ALL {
            let frame = frame_of(&message, framing);
            assert_eq!(framings_of(&frame, |found: &Message| *found == message), [framing]);
            assert!(framings_of(&frame, |found: &Message| found.msg.is_empty()).is_empty());
            assert!(framings_of::<Message>(&frame[..frame.len() - 1], |_| true).is_empty());
        }
    }

    #[test]
    fn a_handshake_tells_how_it_is_framed_unless_its_id_is_0() {
        for framing in Framing::ALL {
            for id in [1, 127, 128, 12345, i64::from(u32::MAX), 1 << 50, i64::MAX, -1] {
                let frame = frame_of(&FastHandshake { id, error: false }, framing);
                assert_eq!(framings_of::<FastHandshake>(&frame, |_| true), [framing], "{id}");
            }
        }
        let found = |bytes| framings_of::<FastHandshake>(bytes, |_| true);
        assert_eq!(found(&[0; 4]), [Framing::U32Be, Framing::U32Le]);
        assert_eq!(found(&[0; 2]), [Framing::U16Be]);
        assert_eq!(found(&[0]), [Framing::Varint]);
        assert_eq!(found(&[]), []);
    }

    #[test]
    fn a_field_of_another_type_or_anything_else_behind_the_message_is_noticed() {
        let message = Message { from: 1, to: 0, msg: "bread".to_string() }.encode_to_vec();
        assert!(has_no_other_fields::<Message>(&message));
        assert!(!has_no_other_fields::<FastHandshake>(&message)); // field 3
        for rest in [&[0][..], &[0x20, 1], &[0x1a, 9], b"\n"] {
            assert!(!has_no_other_fields::<Message>(&[&message, rest].concat()), "{rest:?}");
        }
    }
}
