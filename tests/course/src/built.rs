//! What is built already need not be built again: the packages that the course takes from elsewhere.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use crate::{kept, read};

/// Begins a folder that cargo is to build another course in, unless there is one: with the packages from elsewhere, as they
/// were built for the copy of the course, if they were. Cargo builds anew what is different there.
///
/// (Those of the course itself are others to cargo: a folder in it has its options, and the copy's own besides.)
///
/// # Panics
/// When a file cannot be copied.
pub fn begin(target: &Path) {
    let (from, to) = (kept("copy").join("target/debug"), target.join("debug"));
    if target.exists() || !from.exists() {
        return;
    }
    let packages = packages_from_elsewhere();
    let is_one = |name: &str| {
        let name = name.rsplit_once('-').map_or(name, |(name, _hash)| name);
        packages.contains(name) || name.strip_prefix("lib").is_some_and(|it| packages.contains(it))
    };
    for folder in ["deps", "build", ".fingerprint"] {
        fs::create_dir_all(to.join(folder)).expect("a folder is made");
        for entry in fs::read_dir(from.join(folder)).expect("a folder is read") {
            let name = entry.expect("an entry").file_name();
            let name = name.to_string_lossy();
            if is_one(&name) {
                let path = Path::new(folder).join(&*name);
                copy(&from.join(&path), &to.join(&path));
            }
        }
    }
}

/// The packages that cargo downloads, by their names, and by those that their crates have.
fn packages_from_elsewhere() -> BTreeSet<String> {
    let lock = read("Cargo.lock");
    let packages = lock.split("[[package]]").filter(|it| it.contains("\nsource = "));
    let names = packages.filter_map(|it| it.split("name = \"").nth(1)?.split('"').next());
    names.flat_map(|name| [name.to_string(), name.replace('-', "_")]).collect()
}

/// Copies a file or a folder. Each file keeps its time, by which cargo sees that it is not older than what it was made of.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder is made");
        for entry in fs::read_dir(from).expect("a folder is read") {
            let name = entry.expect("an entry").file_name();
            copy(&from.join(&name), &to.join(&name));
        }
        return;
    }
    fs::copy(from, to).expect("a file is copied");
    let time = fs::metadata(from).and_then(|data| data.modified()).expect("it has a time");
    let copied = File::options().append(true).open(to).expect("it can be opened");
    copied.set_modified(time).expect("the time is set");
}
