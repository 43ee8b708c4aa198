//! Where it is put, and by which name.

use std::collections::BTreeMap;
use std::fs;

use course_tests::copy::Copy;

use crate::{NAME, empty_folder, files_in, refuses};

#[test]
fn wrong_names_and_steps_are_refused_in_one_line_before_anything_is_checked() {
    let place = empty_folder();
    let copy = Copy::of_the_course();
    for (arguments, expected) in [
        (&["ms1", "--as", "Ada Lovelace"][..], "' ' cannot stand in it"),
        (&["ms1", "--as", "../x"], "'/' cannot stand in it"),
        (&["ms1", "--as", "a\nb"], "'\\n' cannot stand in it"),
        (&["ms1", "--as", ""], "it is empty"),
        (
            &["ms1", "--as", "150150000"],
            "milestone-1 wants a folder that is called MS1_FIRST.LAST.NUMBER",
        ),
        (&["ms3", "--as", "Ada"], "instant-messaging wants a folder that is called NUMBER"),
        (&["ms3", "--as", "COM1"], "Windows allows no folder named \"COM1\""),
        (&["ex4", "ms1", "--as", NAME], "ex4 is of assignment-1 and ms1 of milestone-1"),
        (&["ex1", "--as", NAME, "--dir", "/dev/null"], "--dir /dev/null: it is not a folder"),
    ] {
        let output = copy.step_in(place.path(), "", &[&["pack"], arguments].concat());
        refuses(&output, 2, expected);
    }
    for (arguments, expected) in [
        (&["pack", "--as", NAME][..], "<STEP>..."),
        (&["pack", "ex1"], "--as <NAME>"),
        (&["pack", "ex9", "--as", NAME], "invalid value 'ex9'"),
    ] {
        let output = copy.step_in(place.path(), "", arguments).with(2);
        assert!(output.stderr.contains(expected), "{output}");
    }
    assert_eq!(files_in(place.path()), BTreeMap::new());
}

#[test]
fn what_is_there_is_replaced_only_by_force_and_only_if_it_was_packed() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    let zip = place.path().join("assignment-1_a.zip");
    fs::write(&zip, "another").expect("it is written");
    let arguments = ["pack", "ex1", "--as", "a"];
    let pack = |more: &[&str]| copy.step_in(place.path(), "", &[&arguments[..], more].concat());
    refuses(&pack(&[]), 2, "assignment-1_a.zip is there already: --force replaces it");
    assert_eq!(fs::read(&zip).expect("a file"), b"another");
    pack(&["--force"]).with(0);
    assert!(fs::read(&zip).expect("a file").starts_with(b"PK"));
    fs::remove_file(&zip).expect("it is removed");
    fs::create_dir(&zip).expect("it is made");
    refuses(&pack(&["--force"]), 2, "was not packed by this command: move it away");
    // A folder.
    pack(&["--dir", "here"]).with(0);
    refuses(&pack(&["--dir", "here"]), 2, "here/assignment-1_a is there already: --force");
    fs::write(place.path().join("here/assignment-1_a/mine.txt"), "").expect("it is written");
    let output = pack(&["--dir", "here", "--force"]).with(0);
    assert!(!place.path().join("here/assignment-1_a/mine.txt").exists());
    // Somebody has written into it: it is kept.
    let kept =
        output.stderr.trim().rsplit_once("what was there before is kept: ").expect("its name").1;
    assert!(kept.starts_with("here/assignment-1_a.20"), "{output}");
    assert!(place.path().join(kept).join("mine.txt").exists(), "{output}");
    fs::write(place.path().join("here/assignment-1_a/Cargo.toml"), "").expect("it is written");
    refuses(&pack(&["--dir", "here", "--force"]), 2, "was not packed by this command");
}

#[test]
fn where_there_is_no_room_or_no_folder_nothing_is_left() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    copy.step(&["check", "ex1"]).with(0); // what is built now need not be built with less room
    // No file may be larger than a few KiB. (A program that does not wait for the signal gets an error, as of a full disk.)
    let little_room = "trap '' XFSZ; ulimit -S -f 16";
    for arguments in
        [&["pack", "ex1", "--as", "a"][..], &["pack", "ex1", "--as", "a", "--dir", "."]]
    {
        let output = copy.step_in(place.path(), little_room, arguments);
        refuses(&output, 3, "cannot write ");
        assert!(output.stderr.contains("nothing was left behind: File too large"), "{output}");
        assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 0);
    }
    fs::write(place.path().join("file"), "").expect("it is written");
    let output =
        copy.step_in(place.path(), "", &["pack", "ex1", "--as", "a", "--dir", "file/deeper"]);
    refuses(&output, 3, "cannot write file/deeper/assignment-1_a; nothing was left behind: ");
}
