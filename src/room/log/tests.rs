//! Tests of the log: what each member is sent of it, what is forgotten, and how its length is counted.

use super::*;

const ALICE: u64 = 1;
const BOB: u64 = 2;
const CAROL: u64 = 3;

fn said_by(id: u64, text: &str) -> Chunk {
    Chunk { audience: Audience::AllBut(id), bytes: text.as_bytes().to_vec() }
}

fn told_to(id: u64, text: &str) -> Chunk {
    Chunk { audience: Audience::Only(id), bytes: text.as_bytes().to_vec() }
}

fn log_of(chunks: Vec<Chunk>) -> Log {
    let mut log = Log::default();
    for chunk in chunks {
        log.add_chunk(chunk);
    }
    log
}

/// What a member at this place is to be sent next, as text.
fn unsent(log: &Log, place: &Place, id: u64) -> Vec<String> {
    let news = log.news_from(place.next).expect("nothing of it is forgotten");
    let slices = place.unsent(news.from(place.next), id);
    slices.iter().map(|slice| String::from_utf8_lossy(slice).into_owned()).collect()
}

/// Sends a member so many bytes of what it has not got.
fn send(log: &Log, place: &mut Place, id: u64, count: usize) {
    let news = log.news_from(place.next).expect("nothing of it is forgotten");
    place.advance(count, news.from(place.next), id);
}

#[test]
fn a_chunk_is_for_all_but_its_speaker_or_for_one_only() {
    let hear = |chunk: Chunk| [ALICE, BOB, CAROL].map(|id| chunk.is_for(id));
    assert_eq!(hear(said_by(BOB, "bread\n")), [true, false, true]);
    assert_eq!(hear(told_to(BOB, "bread\n")), [false, true, false]);
}

#[test]
fn each_member_gets_what_is_for_it_in_the_order_of_the_log() {
    let log = log_of(vec![said_by(ALICE, "a"), told_to(BOB, "b"), said_by(BOB, "c")]);
    let start = Place { next: 0, offset: 0 };
    assert_eq!(unsent(&log, &start, ALICE), ["c"]);
    assert_eq!(unsent(&log, &start, BOB), ["a", "b"]);
    assert_eq!(unsent(&log, &start, CAROL), ["a", "c"]);
}

#[test]
fn a_place_moves_by_what_was_sent_even_into_the_middle_of_a_chunk() {
    let log = log_of(vec![said_by(ALICE, "bread\n"), said_by(ALICE, "butter\n")]);
    let mut place = Place { next: 0, offset: 0 };
    send(&log, &mut place, BOB, 2);
    assert_eq!(place, Place { next: 0, offset: 2 });
    assert_eq!(unsent(&log, &place, BOB), ["ead\n", "butter\n"]);
    send(&log, &mut place, BOB, 5);
    assert_eq!(place, Place { next: 1, offset: 1 });
    assert_eq!(unsent(&log, &place, BOB), ["utter\n"]);
    send(&log, &mut place, BOB, 6);
    assert_eq!(place, Place { next: 2, offset: 0 });
    assert!(unsent(&log, &place, BOB).is_empty());
}

#[test]
fn a_place_moves_past_chunks_that_are_for_others() {
    let log = log_of(vec![said_by(ALICE, "a"), said_by(BOB, "b"), said_by(ALICE, "c")]);
    let mut place = Place { next: 0, offset: 0 };
    send(&log, &mut place, ALICE, 0);
    assert_eq!(place, Place { next: 1, offset: 0 }, "past its own line, up to bob's");
    send(&log, &mut place, ALICE, 1);
    assert_eq!(place, Place { next: 3, offset: 0 });
}

#[test]
fn what_is_sent_at_once_is_a_few_chunks() {
    let log = log_of((0..AT_ONCE + 3).map(|_| said_by(ALICE, "x")).collect());
    let mut place = Place { next: 0, offset: 0 };
    assert_eq!(unsent(&log, &place, BOB).len(), AT_ONCE);
    send(&log, &mut place, BOB, AT_ONCE);
    assert_eq!(unsent(&log, &place, BOB).len(), 3);
}

#[test]
fn what_is_sent_at_once_is_not_much_longer_than_it_should_be() {
    let piece = "x".repeat(PIECE);
    let log = log_of((0..8).map(|_| said_by(ALICE, &piece)).collect());
    assert_eq!(unsent(&log, &Place { next: 1, offset: 0 }, BOB).len(), BYTES_AT_ONCE / PIECE);
}

#[test]
fn news_are_found_by_their_numbers() {
    let log = log_of(["a", "b", "c"].map(|text| said_by(ALICE, text)).into());
    let news = log.news_from(1).expect("it is there");
    let counts = [0, 1, 2, 3, 4].map(|number| news.from(number).len());
    assert_eq!(counts, [0, 2, 1, 0, 0]);
    assert_eq!(news.from(2)[0].bytes, b"c");
}

#[test]
fn what_is_forgotten_is_gone_and_the_rest_keeps_its_numbers() {
    let mut log = log_of(vec![said_by(ALICE, "a"), said_by(ALICE, "b"), said_by(ALICE, "c")]);
    log.forget_before(2);
    assert_eq!((log.first, log.end()), (2, 3));
    assert!(log.news_from(1).is_none(), "it was forgotten");
    assert_eq!(unsent(&log, &Place { next: 2, offset: 0 }, BOB), ["c"]);
    log.forget_before(1);
    assert_eq!((log.first, log.end()), (2, 3), "nothing comes back");
    log.forget_before(3);
    assert_eq!((log.first, log.end()), (3, 3));
    assert!(log.news_from(3).is_some_and(|news| news.from(3).is_empty()), "that is the end");
    log.add_chunk(said_by(ALICE, "d"));
    assert_eq!(unsent(&log, &Place { next: 3, offset: 0 }, BOB), ["d"]);
}

#[test]
fn a_chunk_that_is_being_sent_outlives_the_log() {
    let mut log = log_of(vec![said_by(ALICE, "bread\n")]);
    let news = log.news_from(0).expect("it is there");
    log.forget_before(1);
    assert_eq!(news.from(0)[0].bytes, b"bread\n");
}

#[test]
fn the_log_is_full_beyond_its_longest_size_until_enough_is_forgotten() {
    let mut log = Log::default();
    let quarter = "x".repeat(LONGEST / 4);
    for _ in 0..3 {
        log.add_chunk(said_by(ALICE, &quarter));
        assert!(!log.is_full());
    }
    log.add_chunk(said_by(ALICE, &quarter)); // what it takes to keep the chunks counts too
    assert!(log.is_full());
    log.forget_before(1);
    assert!(!log.is_full());
}

#[test]
fn the_size_is_that_of_the_chunks_which_are_kept() {
    let mut log = log_of(vec![said_by(ALICE, "bread\n"), told_to(BOB, "b\n")]);
    assert_eq!(log.size, 6 + 2 + 2 * size_of::<Chunk>());
    log.forget_before(1);
    assert_eq!(log.size, 2 + size_of::<Chunk>());
    log.forget_before(2);
    assert_eq!(log.size, 0);
}

#[test]
fn many_small_chunks_fill_the_log_too() {
    let mut log = Log::default();
    while !log.is_full() {
        log.add_chunk(said_by(ALICE, "\n"));
    }
    assert!(log.end() < (LONGEST / size_of::<Chunk>()) as u64);
}

#[test]
fn what_is_long_is_cut_and_nothing_comes_between_its_pieces() {
    let mut log = Log::default();
    log.add(Audience::AllBut(ALICE), vec![b'x'; PIECE]);
    assert_eq!(log.end(), 1);
    log.add(Audience::AllBut(ALICE), vec![b'y'; 2 * PIECE + 1]);
    assert_eq!(log.end(), 4);
    let lengths: Vec<usize> = log.chunks.iter().map(|chunk| chunk.bytes.len()).collect();
    assert_eq!(lengths, [PIECE, PIECE, PIECE, 1]);
}

#[test]
fn the_chunk_behind_so_many_bytes_is_found() {
    let mut log = log_of(vec![said_by(ALICE, "a"), said_by(ALICE, "b"), said_by(ALICE, "c")]);
    let one = 1 + size_of::<Chunk>() as u64;
    let numbers = [0, 1, one, one + 1, 2 * one, 3 * one, 9 * one].map(|b| log.number_after(b));
    assert_eq!(numbers, [0, 1, 1, 2, 2, 3, 3]);
    log.forget_before(2);
    assert_eq!(log.forgotten(), 2 * one);
    let numbers = [0, one, 2 * one, 3 * one].map(|bytes| log.number_after(bytes));
    assert_eq!(numbers, [2, 2, 2, 3], "what was forgotten is behind everybody");
}

/// A log with all that was ever added, and what each member has got and should have got.
#[derive(Default)]
struct Model {
    log: Log,
    sizes: Vec<u64>,
    places: [Option<Place>; 3],
    got: [Vec<u8>; 3],
    due: [Vec<u8>; 3],
}

impl Model {
    fn new() -> Model {
        let places = [Some(Place { next: 0, offset: 0 }); 3];
        Model { places, ..Model::default() }
    }

    fn add(&mut self, audience: Audience, bytes: Vec<u8>) {
        for (id, due) in (1..).zip(&mut self.due) {
            let is_for = match audience {
                Audience::AllBut(speaker) => id != speaker,
                Audience::Only(listener) => id == listener,
            };
            due.extend(bytes.iter().filter(|_| is_for));
        }
        let pieces = bytes.chunks(PIECE);
        self.sizes.extend(pieces.map(|piece| (piece.len() + size_of::<Chunk>()) as u64));
        self.log.add(audience, bytes);
    }

    /// Sends a member so many of the bytes that are next, or as many as there are.
    fn send(&mut self, member: usize, count: usize) {
        let Some(place) = &mut self.places[member] else { return };
        let id = member as u64 + 1;
        let news = self.log.news_from(place.next).expect("nothing of it is forgotten");
        let chunks = news.from(place.next);
        let unsent: Vec<u8> =
            place.unsent(chunks, id).iter().flat_map(|slice| slice.to_vec()).collect();
        let count = count.min(unsent.len());
        self.got[member].extend(&unsent[..count]);
        place.advance(count, chunks, id);
    }

    fn forget(&mut self) {
        let oldest = self.places.iter().flatten().map(|place| place.next).min();
        self.log.forget_before(oldest.unwrap_or(self.log.end()));
    }

    fn holds(&self) {
        let forgotten = self.log.first as usize;
        assert_eq!(self.log.end() as usize, self.sizes.len());
        assert_eq!(self.log.forgotten(), self.sizes[..forgotten].iter().sum::<u64>());
        assert_eq!(self.log.size as u64, self.sizes[forgotten..].iter().sum::<u64>());
        for (got, due) in self.got.iter().zip(&self.due) {
            assert!(due.starts_with(got), "each gets what is for it, once and in order");
        }
    }
}

#[test]
fn whatever_is_added_sent_and_forgotten_each_member_gets_what_is_for_it() {
    arbtest::arbtest(|choices| {
        let mut model = Model::new();
        while !choices.is_empty() {
            let (member, length) = (choices.choose_index(3)?, choices.int_in_range(0..=300)?);
            let long = if length == 300 { PIECE } else { 0 };
            match choices.choose_index(8)? {
                0 | 1 => {
                    let bytes: Vec<u8> = (0..=long + length).map(|i| i as u8).collect();
                    model.add(Audience::AllBut(member as u64 + 1), bytes);
                }
                2 => model.add(Audience::Only(member as u64 + 1), vec![b'!'; length + 1]),
                3 => model.forget(),
                4 if length < 20 => model.places[member] = None, // it leaves
                _ => model.send(member, length * length),
            }
            model.holds();
        }
        for member in 0..3 {
            // Each time a member gets at least one chunk more, or one that is not for it.
            (0..model.sizes.len()).for_each(|_| model.send(member, usize::MAX));
            let is_here = model.places[member].is_some();
            assert!(!is_here || model.got[member] == model.due[member], "it has got all");
        }
        Ok(())
    });
}

#[test]
fn the_chunk_behind_so_many_bytes_is_the_first_that_begins_there_or_later() {
    arbtest::arbtest(|choices| {
        let mut log = Log::default();
        let mut begins = vec![0];
        for _ in 0..choices.int_in_range(1..=30)? {
            let bytes = vec![0; choices.int_in_range(0..=200)?];
            begins.push(begins[begins.len() - 1] + (bytes.len() + size_of::<Chunk>()) as u64);
            log.add(Audience::Only(ALICE), bytes);
        }
        let forgotten = choices.int_in_range(0..=log.end())?;
        log.forget_before(forgotten);
        let bytes = choices.int_in_range(0..=begins[begins.len() - 1] + 10)?;
        let first = begins.iter().position(|begin| *begin >= bytes);
        let expected = first.map_or(log.end(), |number| number as u64).max(forgotten);
        assert_eq!(log.number_after(bytes), expected);
        Ok(())
    });
}
