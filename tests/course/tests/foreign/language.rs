//! The languages in which there are programs, and how these are built and started.

use std::fs;
use std::path::Path;
use std::process::Command;

use course_tests::kept;

/// A language.
#[derive(Clone, Copy)]
pub enum Language {
    Python,
    Java,
    C,
    Node,
}

/// Why there is no command.
pub enum Missing {
    /// This machine does not have what the language needs.
    Language(String),
    /// The program does not compile.
    Program(String),
}

impl Language {
    /// Its folder in `tests/foreign`.
    pub fn folder(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Java => "java",
            Language::C => "c",
            Language::Node => "node",
        }
    }

    /// The command that starts a program, `server` or `client`, whose source is in this folder. `name` tells it from
    /// all others.
    pub fn command(self, folder: &Path, name: &str, program: &str) -> Result<Vec<String>, Missing> {
        let is_there = |tool| run(Command::new(tool).arg("--version")).map_err(Missing::Language);
        let built = kept("foreign").join(name.replace("::", "_")).join(program);
        match self {
            Language::Python => {
                is_there("python3")?;
                Ok(words("python3", &folder.join(format!("{program}.py"))))
            }
            Language::Node => {
                is_there("node")?;
                Ok(words("node", &folder.join(format!("{program}.js"))))
            }
            Language::C => {
                is_there("cc")?;
                let source = folder.join(format!("{program}.c"));
                if is_older(&built, &source) {
                    let mut compiler = Command::new("cc");
                    compiler.args(["-pthread", "-o"]).arg(made_for(&built)).arg(source);
                    run(&mut compiler).map_err(Missing::Program)?;
                }
                Ok(vec![built.display().to_string()])
            }
            Language::Java => {
                is_there("javac")?; // `java` comes with it
                let class = capitalized(program);
                let source = folder.join(format!("{class}.java"));
                if is_older(&built.join(format!("{class}.class")), &source) {
                    let mut compiler = Command::new("javac");
                    compiler.arg("-d").arg(&built).arg(source);
                    run(&mut compiler).map_err(Missing::Program)?;
                }
                // It starts faster so, and leaves something of the machine to the others.
                let mut words = words("java", Path::new("-XX:TieredStopAtLevel=1"));
                words.extend(["-XX:+UseSerialGC", "-cp"].map(str::to_string));
                words.extend([built.display().to_string(), class]);
                Ok(words)
            }
        }
    }
}

fn words(tool: &str, source: &Path) -> Vec<String> {
    vec![tool.to_string(), source.display().to_string()]
}

/// `Server` of `server`
fn capitalized(program: &str) -> String {
    program[..1].to_uppercase() + &program[1..]
}

/// Whether what is built of a source is older, or not there.
fn is_older(built: &Path, source: &Path) -> bool {
    let time = |path| fs::metadata(path).and_then(|file| file.modified()).ok();
    time(built).is_none_or(|built| time(source).is_none_or(|source| source > built))
}

/// A path, whose folder is there now.
fn made_for(path: &Path) -> &Path {
    let _ = fs::create_dir_all(path.parent().unwrap_or(path)); // else the compiler will say so
    path
}

/// Runs a command to its end. The error says what went wrong, in one line.
pub fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    if output.status.success() { Ok(()) } else { Err(format!("{name} fails: {last}")) }
}
