//! Protobuf messages and their frames, as data: a frame is the length of a message as 4 bytes, big-endian, and then
//! the message.

use chatlings::proto::{FastHandshake, Message};
use prost::encoding::{DecodeContext, decode_key, skip_field};

use crate::stage::show::{fits_quoted, quoted};

/// The longest frame that is taken for one; a longer length is a mistake.
const LONGEST: u32 = 16 * 1024 * 1024;

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

/// A message in a frame: its length as 4 bytes, big-endian, then the message.
pub fn frame_of<M: Shown>(message: &M) -> Vec<u8> {
    let body = message.encode_to_vec();
    let mut frame = (body.len() as u32).to_be_bytes().to_vec();
    frame.extend(body);
    frame
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

/// How many bytes the first frame takes, if it is there as a whole. The error says what is wrong with it.
pub(super) fn whole_frame(bytes: &[u8]) -> Result<Option<usize>, String> {
    let Some((header, body)) = bytes.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*header);
    if length > LONGEST {
        return Err("a frame of an impossible length came".to_string());
    }
    Ok((body.len() >= length as usize).then_some(4 + length as usize))
}

/// What the first four bytes say, and whether they say it the wrong way round.
pub(super) fn announcement(bytes: &[u8]) -> String {
    let Some((header, body)) = bytes.split_first_chunk::<4>() else {
        return String::new();
    };
    let (big, little) = (u32::from_be_bytes(*header), u32::from_le_bytes(*header));
    let mut text = format!(". The first 4 bytes announce {big} bytes, and {} follow", body.len());
    if little as usize == body.len() || (big > LONGEST && little <= LONGEST) {
        text.push_str(&format!(
            " (read as little-endian: {little}; the length must be big-endian)"
        ));
    }
    text
}

/// The message in the first frame, if it is one.
pub(super) fn first_message(bytes: &[u8]) -> Option<Message> {
    let count = whole_frame(bytes).ok()??;
    <Message as prost::Message>::decode(&bytes[4..count]).ok()
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
    fn a_field_of_another_type_or_anything_else_behind_the_message_is_noticed() {
        let message = Message { from: 1, to: 0, msg: "bread".to_string() }.encode_to_vec();
        assert!(has_no_other_fields::<Message>(&message));
        assert!(!has_no_other_fields::<FastHandshake>(&message)); // field 3
        for rest in [&[0][..], &[0x20, 1], &[0x1a, 9], b"\n"] {
            assert!(!has_no_other_fields::<Message>(&[&message, rest].concat()), "{rest:?}");
        }
    }
}
