//! Makes each mistake's program out of the worked one, as a module of its own, so that all of them are
//! compiled and linked at once.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code)] // the test needs more of it
#[path = "src/list/mod.rs"]
mod list;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/list");
    println!("cargo::rerun-if-changed=../../solutions/src/bin");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut modules = String::new();
    let mut names = String::new();
    for mistake in list::all() {
        // A mistake that fits no more is reported by the test, not by a build that fails.
        let Ok(source) = mistake.source(Path::new("../..")) else { continue };
        let slug = mistake.slug();
        let path =
            out.join(&slug).join("exercises/src/bin").join(format!("{}.rs", mistake.program));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(&path, source.replacen("\nfn main()", "\npub fn main()", 1))
            .expect("it is written");
        writeln!(modules, "#[allow(warnings, clippy::all)]\n#[path = {path:?}]\nmod {slug};")
            .expect("a string takes it");
        writeln!(names, "        {slug:?} => {slug}::main,").expect("a string takes it");
    }
    let start = format!(
        "fn program(slug: &str) -> Option<fn() -> ExitCode> {{\n    Some(match slug {{\n{names}        \
         _ => return None,\n    }})\n}}\n"
    );
    fs::write(out.join("programs.rs"), modules + &start).expect("it is written");
}
