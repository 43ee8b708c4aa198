//! The manifests of a project that is handed in, and its lock file: of the course's, what the project needs, so that it is
//! built with the same versions of the same packages.

use anyhow::{Context, Result};

use crate::report::lock::{Lock, Package};

/// The name and the folder of the helpers.
pub const HELPERS: &str = "chatlings";
/// The name of a student's library, by which programs use it.
const LIBRARY: &str = "exercises";
/// The version of a project.
const VERSION: &str = "0.1.0";

/// The manifest of the course, and its lock file.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// `Cargo.toml`
    pub manifest: &'a str,
    /// `Cargo.lock`
    pub lock: &'a str,
}

/// What a project is built from.
#[derive(Debug)]
pub struct Needs<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its programs: each is built from `src/bin/NAME.rs`.
    pub programs: Vec<&'a str>,
    /// Whether it has a library, `src/lib.rs`.
    pub has_library: bool,
    /// The packages that the programs use.
    pub packages: Vec<&'a str>,
    /// The packages that the helpers use.
    pub of_helpers: Vec<&'a str>,
    /// The packages that generate code for the helpers.
    pub of_build: Vec<&'a str>,
}

/// The packages that a section of a manifest lists, such as `dependencies`, in its order.
pub fn packages_in<'a>(manifest: &'a str, section: &str) -> Vec<&'a str> {
    let keys = keys_in(manifest, section).into_iter().map(|(key, _)| key);
    keys.map(|key| key.split('.').next().unwrap_or(key)).collect()
}

/// The keys of a section of a manifest, each with its line. A line is all of it: that is how the course writes its lists.
fn keys_in<'a>(manifest: &'a str, section: &str) -> Vec<(&'a str, &'a str)> {
    let heading = format!("[{section}]");
    let lines = manifest.lines().skip_while(|line| line.trim() != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let key = |line: &'a str| Some((line.split_once('=')?.0.trim(), line.trim()));
    lines.filter(|line| !line.starts_with('#')).filter_map(key).collect()
}

impl Course<'_> {
    /// The manifest of the project. `mark` is its first line.
    ///
    /// # Errors
    /// When the course's manifest is not as it was.
    pub fn manifest_of_project(&self, needs: &Needs, mark: &str) -> Result<String> {
        let mut text = format!(
            "{mark}\n\n[package]\nname = \"{}\"\nversion = \"{VERSION}\"\n{}publish = false\nautobins = false\n\
             \n# A project of its own, in whatever folder it lies.\n[workspace]\n\
             \n[dependencies]\n{HELPERS} = {{ path = \"{HELPERS}\" }}\n{}",
            needs.name,
            self.package_keys(&["edition", "rust-version"])?,
            self.lines_of(&needs.packages)?,
        );
        if needs.has_library {
            text += &format!("\n[lib]\nname = \"{LIBRARY}\"\ndoctest = false\n");
        }
        for program in &needs.programs {
            text += &format!("\n[[bin]]\nname = \"{program}\"\npath = \"src/bin/{program}.rs\"\n");
        }
        Ok(text)
    }

    /// The manifest of the helpers in it.
    ///
    /// # Errors
    /// When the course's manifest is not as it was.
    pub fn manifest_of_helpers(&self, needs: &Needs) -> Result<String> {
        let mut text = format!(
            "# The helpers of the course, as far as the programs use them.\n\n[package]\nname = \"{HELPERS}\"\n{}\
             publish = false\n\n[lib]\ndoctest = false\n",
            self.package_keys(&["version", "edition", "rust-version", "license"])?,
        );
        for (section, packages) in
            [("dependencies", &needs.of_helpers), ("build-dependencies", &needs.of_build)]
        {
            if !packages.is_empty() {
                text += &format!("\n[{section}]\n{}", self.lines_of(packages)?);
            }
        }
        Ok(text)
    }

    /// The lock file of the project: of the course's, the packages that it needs, and what these need.
    ///
    /// # Errors
    /// When the course's lock file is not as it was.
    pub fn lock_of_project(&self, needs: &Needs) -> Result<String> {
        let text = self.lock.replace('\r', "");
        let lock = Lock::of(&text);
        let mut packages = lock.named_by(LIBRARY, &needs.packages)?;
        packages.push(HELPERS.to_string());
        let of_helpers = [&needs.of_helpers[..], &needs.of_build[..]].concat();
        let of_helpers = lock.named_by(HELPERS, &of_helpers)?;
        let version = self.package_key("version")?.split('"').nth(1).unwrap_or(VERSION);
        lock.reduced(&[
            Package { name: needs.name, version: VERSION, needs: packages },
            Package { name: HELPERS, version, needs: of_helpers },
        ])
    }

    /// The oldest Rust that builds it.
    ///
    /// # Errors
    /// When the course's manifest is not as it was.
    pub fn rust(&self) -> Result<&str> {
        let line = self.package_key("rust-version")?;
        line.split('"').nth(1).with_context(|| format!("Cargo.toml has {line}"))
    }

    /// What all packages of the course have, as lines.
    fn package_keys(&self, keys: &[&str]) -> Result<String> {
        keys.iter().map(|key| Ok(format!("{}\n", self.package_key(key)?))).collect()
    }

    fn package_key(&self, key: &str) -> Result<&str> {
        self.line("workspace.package", key)
    }

    /// The lines that say which versions of packages are meant.
    fn lines_of(&self, packages: &[&str]) -> Result<String> {
        let line = |package: &&str| {
            self.line("workspace.dependencies", package).map(|line| format!("{line}\n"))
        };
        packages.iter().map(line).collect()
    }

    fn line(&self, section: &str, key: &str) -> Result<&str> {
        let line = keys_in(self.manifest, section).into_iter().find(|(other, _)| *other == key);
        let (_, line) = line.with_context(|| format!("Cargo.toml has no {key} in [{section}]"))?;
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.2.0\"\nedition = \"2024\"\n\
        rust-version = \"1.88\"\nlicense = \"MIT\"\n\n[workspace.dependencies]\n# One list.\n\
        clap = { version = \"4\", features = [\"derive\"] }\nprost = \"0.14\"\nrand = \"0.10\"\n\n\
        [dependencies]\nclap.workspace = true\nprost.workspace = true\n\n[build-dependencies]\n\
        prost-build.workspace = true\n";

    const COURSE: Course = Course { manifest: MANIFEST, lock: "" };

    fn needs<'a>(packages: &[&'a str], of_helpers: &[&'a str]) -> Needs<'a> {
        Needs {
            name: "milestone-1",
            programs: vec!["server"],
            has_library: false,
            packages: packages.to_vec(),
            of_helpers: of_helpers.to_vec(),
            of_build: Vec::new(),
        }
    }

    #[test]
    fn the_packages_of_a_section_are_read() {
        assert_eq!(packages_in(MANIFEST, "dependencies"), ["clap", "prost"]);
        assert_eq!(packages_in(MANIFEST, "build-dependencies"), ["prost-build"]);
        assert_eq!(packages_in(MANIFEST, "dev-dependencies"), [""; 0]);
    }

    #[test]
    fn manifests_have_the_versions_of_the_course() {
        let project =
            COURSE.manifest_of_project(&needs(&["clap"], &[]), "# Mark").expect("it is whole");
        for expected in [
            "# Mark\n\n[package]\nname = \"milestone-1\"\n",
            "edition = \"2024\"\nrust-version = \"1.88\"\n",
            "\n[workspace]\n",
            "\n[dependencies]\nchatlings = { path = \"chatlings\" }\nclap = { version = \"4\", features = [\"derive\"] }\n",
            "\n[[bin]]\nname = \"server\"\npath = \"src/bin/server.rs\"\n",
        ] {
            assert!(project.contains(expected), "no {expected:?}: {project}");
        }
        let helpers = COURSE.manifest_of_helpers(&needs(&[], &["prost"])).expect("it is whole");
        assert!(
            helpers.ends_with("\n[lib]\ndoctest = false\n\n[dependencies]\nprost = \"0.14\"\n"),
            "{helpers}"
        );
        let error =
            COURSE.manifest_of_helpers(&needs(&[], &["tokio"])).expect_err("it is not there");
        assert_eq!(error.to_string(), "Cargo.toml has no tokio in [workspace.dependencies]");
    }
}
