//! Pairs that send messages and reply to them: 1.2, 1.4, 2.2, 2.3, milestones 0 and 1.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::course::scenes::ex5::numbers_in;
use crate::course::scenes::pair::user::{Reply, User};
use crate::course::step::Check;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// 1.2
pub const EX2: &[Check] = &[
    Check::client("pair_a_reply", |stage| in_turn(stage, 1, Reply::Any)).worth(2),
    Check::server("pair_it_arrives", it_arrives).worth(1),
];

/// 1.4
pub const EX4: &[Check] = &[
    Check::client("pair_each_is_answered", |stage| in_turn(stage, 3, Reply::Any)).worth(2),
    Check::server("pair_two_at_once", |stage| two_at_once(stage, Reply::Any)).worth(2),
    Check::client("pair_end", |stage| closes(stage, "end", true, Reply::Any)).worth(2),
];

/// Milestone 0
pub const MS0: &[Check] = &[
    Check::server("pair_in_capitals", |stage| in_turn(stage, 1, Reply::Capitals)).worth(2),
    Check::client("pair_each_is_answered", |stage| in_turn(stage, 4, Reply::Capitals)).worth(1),
];

/// Milestone 1
pub const MS1: &[Check] = &[
    Check::client("pair_in_capitals", |stage| in_turn(stage, 3, Reply::Capitals)).worth(2),
    Check::server("pair_two_at_once", |stage| two_at_once(stage, Reply::Capitals)).worth(2),
    Check::server("pair_close_socket", |stage| {
        closes(stage, "CLOSE SOCKET", false, Reply::Capitals)
    })
    .worth(1),
];

/// 2.2
pub const EX6: &[Check] = &[
    Check::client("pair_the_text_comes_back", |stage| in_turn(stage, 3, Reply::Same)).worth(2),
    Check::server("pair_two_at_once", |stage| two_at_once(stage, Reply::Same)).worth(1),
];

/// 2.3
pub const EX7: &[Check] = &[
    Check::client("pair_the_text_comes_back", |stage| in_turn(stage, 3, Reply::Same)).worth(2),
    Check::server("pair_an_id_each", an_id_each).worth(2),
];

/// One user types so many messages, and sees a reply to each before the next.
fn in_turn(stage: &Stage, count: usize, reply: Reply) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let alice = User::starts(stage, "alice")?;
    (0..count).try_for_each(|_| alice.is_answered(&stage.word(), reply))
}

/// What alice types is displayed by the server, or in the reply.
fn it_arrives(stage: &Stage) -> Scene {
    const MOMENT: Duration = Duration::from_millis(5);
    let server = stage.starts_server_for_programs()?;
    let alice = User::starts(stage, "alice")?;
    let word = stage.word();
    alice.client.types(&word);
    let deadline = stage.time() + stage.patience();
    while !stage.is_late(deadline) {
        for (name, program) in [("server", &server), ("alice", &alice.client)] {
            let line = program.next_line(MOMENT)?;
            if let Some((line, _)) = line.filter(|(line, _)| line.contains(&word)) {
                stage.note(name, Mark::Output, &line);
                return Ok(());
            }
        }
    }
    server.fails(format!("expected {} on the screen of the server or in the reply", quoted(&word)))
}

/// Two users type in turn, and the first one again.
fn two_at_once(stage: &Stage, reply: Reply) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let alice = User::starts(stage, "alice")?;
    alice.is_answered(&stage.word(), reply)?;
    let bob = User::starts(stage, "bob")?;
    for user in [&bob, &alice, &bob] {
        user.is_answered(&stage.word(), reply)?;
    }
    Ok(())
}

/// Alice says the closing word. Bob, who is there, goes on, and carol comes in.
fn closes(stage: &Stage, word: &str, ends_the_client: bool, reply: Reply) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let alice = User::starts(stage, "alice")?;
    alice.is_answered(&stage.word(), reply)?;
    let bob = User::starts(stage, "bob")?;
    bob.is_answered(&stage.word(), reply)?;
    alice.sees_what_comes()?;
    alice.client.types(word);
    if ends_the_client {
        alice.client.ends(&format!("it to end after {}", quoted(word)), stage.patience())?;
    }
    bob.is_answered(&stage.word(), reply)?;
    let carol = User::starts(stage, "carol")?;
    carol.is_answered(&stage.word(), reply)
}

/// Alice and bob each see a number that the other one does not: when they come, or in the reply to what they say.
fn an_id_each(stage: &Stage) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let mut numbers = Vec::new();
    let mut users = Vec::new(); // so that none leaves, and its id goes to the next
    for name in ["alice", "bob"] {
        let user = User::starts(stage, name)?;
        let word = stage.word();
        user.is_answered(&word, Reply::Same)?;
        user.sees_what_comes()?;
        let said: Vec<u64> = numbers_in(&word).collect();
        let seen = user.has_seen();
        numbers.push(
            numbers_in(&seen).filter(|number| !said.contains(number)).collect::<BTreeSet<u64>>(),
        );
        users.push(user);
    }
    let own = |one: usize, other: usize| numbers[one].difference(&numbers[other]).next();
    if numbers.iter().all(BTreeSet::is_empty) {
        return Err(Stop::NotChecked("the client displays no id".to_string()));
    }
    match (own(0, 1), own(1, 0)) {
        (Some(_), Some(_)) => Ok(()),
        _ => users[1].client.fails(format!(
            "expected an id that alice's client does not display, but it displayed {:?}, and hers {:?}",
            numbers[1], numbers[0]
        )),
    }
}
