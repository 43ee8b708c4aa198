//! Rooms that are wrong in one place each. The proof must find every one of them, or it proves nothing.

/// A change to the room's source that makes it wrong.
pub struct Mutant {
    /// Its name, which is that of its module too.
    pub name: &'static str,
    /// The file that is changed.
    pub file: &'static str,
    /// What is replaced. It must be there, once.
    pub from: &'static str,
    /// By what.
    pub to: &'static str,
}

const ROOM: &str = "room.rs";
const LOG: &str = "log.rs";
const QUEUE: &str = "queue.rs";

/// All of them.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "who_delivers_does_not_look_again",
        file: ROOM,
        from: "state.is_delivering = state.log.end() > end;",
        to: "state.is_delivering = false;",
    },
    Mutant {
        name: "who_delivers_says_too_late_that_it_has_ended",
        file: ROOM,
        from: "state.is_delivering = state.log.end() > end;",
        to: "let more = state.log.end() > end;\n        drop(state);\n        let mut state = lock(&self.state);\n        state.is_delivering = more;",
    },
    Mutant {
        name: "nobody_takes_over",
        file: ROOM,
        from: "let started = start(\"courier\", move || while room.deliver_to_all() {});",
        to: "let started: io::Result<()> = Ok(drop(room));",
    },
    Mutant {
        name: "who_has_sent_to_all_wakes_nobody",
        file: ROOM,
        from: "        state.wake();\n        state.is_delivering",
        to: "        state.is_delivering",
    },
    Mutant {
        name: "who_was_busy_does_not_look",
        file: ROOM,
        from: "        drop(delivery);\n        self.deliver_what_was_missed(member);",
        to: "        drop(delivery);\n        lock(&self.state).wake();",
    },
    Mutant {
        name: "who_was_busy_looks_before_it_gives_back",
        file: ROOM,
        from: "        delivery.is_catching_up = false;\n        drop(delivery);\n        self.deliver_what_was_missed(member);",
        to: "        delivery.is_catching_up = false;\n        let mut state = lock(&self.state);\n        state.wake();\n        let end = state.log.end();\n        drop(state);\n        let reached = delivery.place.next;\n        drop(delivery);\n        if reached < end {\n            self.deliver_what_was_missed(member);\n        }",
    },
    Mutant {
        name: "a_newcomer_does_not_look",
        file: ROOM,
        from: "        self.deliver_what_was_missed(&member);\n        Ok(Some(member))",
        to: "        Ok(Some(member))",
    },
    Mutant {
        name: "news_are_taken_for_others",
        file: LOG,
        from: "let skipped = number.checked_sub(self.first).and_then(|skipped| skipped.try_into().ok());",
        to: "let skipped = Some(number.saturating_sub(self.first) as usize);",
    },
    Mutant {
        name: "forgets_before_all_have_it",
        file: ROOM,
        from: "places.min()",
        to: "places.max()",
    },
    Mutant {
        name: "who_catches_up_wakes_nobody",
        file: ROOM,
        from: "Sent::Some => lock(&self.state).wake(), // somebody may have waited for this one",
        to: "Sent::Some => {}",
    },
    Mutant {
        name: "who_leaves_stays_connected",
        file: ROOM,
        from: "let _ = member.stream.shutdown(Shutdown::Both);",
        to: "",
    },
    Mutant {
        name: "anybody_goes_first",
        file: QUEUE,
        from: "self.threads.front().is_some_and(|first| first.id() == thread::current().id())",
        to: "true",
    },
    Mutant {
        name: "nobody_is_removed",
        file: QUEUE,
        from: "self.waited >= PATIENCE",
        to: "self.waited >= PATIENCE && self.last_look.is_none()",
    },
    Mutant {
        name: "patience_is_not_renewed",
        file: QUEUE,
        from: "*self = Patience { since: got, ..Patience::default() };",
        to: "self.since = got;",
    },
    Mutant {
        name: "those_who_get_on_are_removed_too",
        file: ROOM,
        from: "member.next.load(Ordering::Relaxed) < goal",
        to: "member.next.load(Ordering::Relaxed) <= self.log.end() && goal > 0",
    },
    Mutant {
        name: "time_stands_still_while_others_wait",
        file: ROOM,
        from: "if state.queue.is_empty() {\n                        state.patience.rest();\n                    }",
        to: "state.patience.rest();",
    },
    Mutant {
        name: "the_welcome_is_not_first",
        file: ROOM,
        from: "let delivery = lock(&member.delivery);\n        state.add_member(&member);",
        to: "state.add_member(&member);\n        let delivery = ();",
    },
    Mutant {
        name: "a_name_is_never_free_again",
        file: ROOM,
        from: "self.names.remove(&member.name);",
        to: "",
    },
    Mutant {
        name: "who_leaves_stays_in_the_list",
        file: ROOM,
        from: "Arc::make_mut(&mut self.members).swap_remove(index);",
        to: "let _ = index;",
    },
    Mutant {
        name: "two_catch_up_with_one",
        file: ROOM,
        from: "delivery.is_catching_up = true;",
        to: "",
    },
    Mutant {
        name: "nobody_catches_up_twice",
        file: ROOM,
        from: "delivery.is_catching_up = false;",
        to: "",
    },
    Mutant {
        name: "a_place_keeps_its_offset",
        file: LOG,
        from: "            self.offset = 0;\n            self.next += 1;",
        to: "            self.next += 1;",
    },
    Mutant {
        name: "the_log_is_never_full",
        file: LOG,
        from: "self.size > LONGEST",
        to: "self.size > 100 * LONGEST",
    },
    Mutant {
        name: "what_is_long_is_cut_short",
        file: LOG,
        from: "for piece in bytes.chunks(PIECE) {",
        to: "for piece in bytes.chunks(PIECE).take(1) {",
    },
    Mutant {
        name: "who_speaks_hears_itself",
        file: LOG,
        from: "Audience::AllBut(speaker) => id != speaker",
        to: "Audience::AllBut(_) => true",
    },
];
