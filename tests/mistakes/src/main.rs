//! Starts the wrong program that it is called by the name of: a link with that name leads here.

use std::path::Path;
use std::process::ExitCode;
use std::{env, panic, thread};

// The programs, and `program`, which finds one by its name.
include!(concat!(env!("OUT_DIR"), "/programs.rs"));

fn main() -> ExitCode {
    let called = env::args_os().next().unwrap_or_default();
    let name = Path::new(&called).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(program) = program(name) else {
        eprintln!("error: there is no mistake called {name:?}");
        return ExitCode::FAILURE;
    };
    report_panics_as_in_an_exercise();
    program()
}

/// As the standard library does, but with the path that the file would have among the exercises.
fn report_panics_as_in_an_exercise() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let place = place.find("exercises/").map_or(&*place, |start| &place[start..]);
        // `panic!` with a text alone has a `&str`, with values in it a `String`.
        let text = info.payload().downcast_ref::<&str>().copied();
        let message = info.payload().downcast_ref::<String>().map_or(text, |text| Some(text));
        let message = message.unwrap_or_default();
        let name = thread::current().name().unwrap_or("<unnamed>").to_string();
        eprintln!("\nthread '{name}' panicked at {place}:\n{message}");
    }));
}
