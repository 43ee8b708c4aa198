//! Makes each mistake's program out of the reference solution, as a module of its own, so that all of them are
//! compiled and linked at once.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code)] // the test needs more of it
#[path = "src/list.rs"]
mod list;

fn main() {
    let root = Path::new("../..");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/list.rs");
    println!("cargo::rerun-if-changed=../../solutions/src/bin");
    for folder in list::folders(root).expect("the reference solutions are listed") {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut modules = String::new();
    let mut names = String::new();
    for mistake in list::all(root).expect("the mistakes are read") {
        let (name, program) = (&mistake.name, mistake.program());
        // A patch that does not fit is reported by the test, not by a build that fails.
        let right = list::right_source(root, program).unwrap_or_default();
        let Ok(source) = mistake.source(&right) else { continue };
        let path = out.join(name).join("exercises/src/bin").join(format!("{program}.rs"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(&path, source.replacen("\nfn main()", "\npub fn main()", 1))
            .expect("it is written");
        writeln!(modules, "#[allow(warnings, clippy::all)]\n#[path = {path:?}]\nmod {name};")
            .expect("a string takes it");
        writeln!(names, "        {name:?} => {name}::main,").expect("a string takes it");
    }
    let start = format!(
        "fn program(name: &str) -> Option<fn() -> ExitCode> {{\n    Some(match name {{\n{names}        \
         _ => return None,\n    }})\n}}\n"
    );
    fs::write(out.join("programs.rs"), modules + &start).expect("it is written");
}
