//! The lists of binaries in the manifests, made from the table of steps: so they cannot forget a program, and a new one
//! needs no copy of a neighbour's lines.

use crate::course::layout::Package;

/// A list follows this line, to the end of the manifest or to that of a library.
const MARK: &str = "# Made from the table of steps by `make texts`\n";

/// Programs of `solutions` that no step has: the answer to the question that 1.4 asks.
pub const OTHERS: &[&str] = &["ex4_event_loop"];

/// The manifest of a package, with the list of these programs.
///
/// # Errors
/// When it does not say where its list begins.
pub fn with_programs(
    package: Package,
    manifest: &str,
    programs: &[&str],
) -> Result<String, String> {
    let (head, list) = manifest
        .split_once(MARK)
        .ok_or_else(|| format!("a line is missing, where the list of binaries begins: {MARK}"))?;
    let others = if package == Package::Solutions { OTHERS } else { &[] };
    let bins: String = programs.iter().chain(others).map(|program| bin(package, program)).collect();
    let library = list.find("\n[lib]").map_or("", |at| &list[at..]); // a student's programs may have one
    Ok(format!("{head}{MARK}{bins}{library}"))
}

fn bin(package: Package, program: &str) -> String {
    let name = package.binary(program);
    match package {
        Package::Exercises => {
            let path = package.source(program);
            format!("\n[[bin]]\nname = \"{name}\"\npath = \"../../{}\"\n", path.display())
        }
        _ => {
            format!("\n[[bin]]\nname = \"{name}\"\npath = \"src/bin/{program}.rs\"\ntest = false\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_the_programs_that_it_is_made_from_and_what_stands_around_it_stays() {
        let manifest = |list: &str, end: &str| format!("[package]\n{MARK}{list}{end}");
        let bin = "\n[[bin]]\nname = \"a\"\npath = \"../../exercises/src/bin/a.rs\"\n";
        let with = |manifest: &str| with_programs(Package::Exercises, manifest, &["a"]);
        for end in ["", "\n[lib]\nname = \"exercises\"\n"] {
            assert_eq!(with(&manifest("\n[[bin]]\nname = \"old\"\n", end)), Ok(manifest(bin, end)));
        }
        let solutions = with_programs(Package::Solutions, &manifest("", ""), &["a"]);
        assert!(solutions.is_ok_and(|text| text.contains("\"a_solution\"")
            && text.ends_with("\"src/bin/ex4_event_loop.rs\"\ntest = false\n")));
        assert!(with("[package]\n").is_err_and(|error| error.contains("make texts")));
    }
}
