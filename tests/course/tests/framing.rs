//! How messages are framed, drawn at random: whatever is put in a frame is found there again, whole, and not before it
//! is. A finding says how to run it again.

use arbtest::arbtest;
use checker::stage::framing::{Frame, Framing};

/// Bytes that were drawn, and frames around them, one after the other.
fn framed(framing: Framing, bodies: &[Vec<u8>]) -> Vec<u8> {
    bodies.iter().flat_map(|body| framing.frame(body)).collect()
}

#[test]
fn what_is_framed_is_found_again_whatever_comes_behind_it() {
    arbtest(|random| {
        let bodies: Vec<Vec<u8>> = random.arbitrary()?;
        for framing in Framing::ALL.into_iter().filter(|framing| *framing != Framing::None) {
            let bytes = framed(framing, &bodies);
            let mut rest = &bytes[..];
            for body in &bodies {
                let frame = framing.first(rest).expect("it has a length").expect("it is whole");
                assert_eq!(&rest[frame.header..frame.count], &body[..], "{framing}");
                rest = &rest[frame.count..];
            }
            assert_eq!(framing.first(rest), Ok(None), "{framing}");
        }
        Ok(())
    });
}

#[test]
fn a_frame_is_not_found_before_all_of_it_is_there() {
    arbtest(|random| {
        let body: Vec<u8> = random.arbitrary()?;
        for framing in Framing::ALL.into_iter().filter(|framing| *framing != Framing::None) {
            let frame = framing.frame(&body);
            let count = random.choose_index(frame.len())?;
            assert_eq!(framing.first(&frame[..count]), Ok(None), "{framing}: {frame:?}");
        }
        Ok(())
    });
}

#[test]
fn no_bytes_are_a_frame_that_is_longer_than_they_are() {
    arbtest(|random| {
        let bytes: Vec<u8> = random.arbitrary()?;
        for framing in Framing::ALL {
            if let Ok(Some(Frame { header, count })) = framing.first(&bytes) {
                assert!(header <= count && count <= bytes.len(), "{framing}: {bytes:?}");
            }
        }
        Ok(())
    });
}

#[test]
fn the_longest_message_fits_a_frame() {
    for framing in Framing::ALL {
        let body = vec![1; framing.longest()];
        let frame = framing.first(&framing.frame(&body));
        let frame = frame.expect("it has a length").expect("it is whole");
        assert_eq!(frame.count - frame.header, body.len(), "{framing}");
    }
}
