//! Programs in any language that crash, by what they leave on stderr.

/// By what a language's report of a crash is known.
const REPORTS: &[&str] = &[
    "Traceback (most recent call last)", // Python
    "Exception in thread \"",            // Java, Kotlin, Scala
    "Unhandled exception",               // C#, Dart
    "panic: ",                           // Go
    "panicked at ",                      // Rust
    "\n    at ",                         // JavaScript, and others that show where in their stack
    "stack traceback:",                  // Lua
    ":in `",                             // Ruby
    ":in '",                             // Ruby, from 3.4 on
    "atal error: ",                      // PHP, Swift, OCaml; Go's own
    "** (",                              // Elixir
];

/// Whether a program has crashed that ended with another status than 0 and with this on its stderr. One that ends on
/// purpose may say something too, as with Python's `sys.exit("Bye")` or Go's `log.Fatal`.
pub(super) fn is_reported(log: &str) -> bool {
    REPORTS.iter().any(|report| log.contains(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_told_from_an_end_on_purpose() {
        for log in [
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nNameError: x\n",
            "Exception in thread \"main\" java.io.EOFException\n\tat Client.main(Client.java:3)\n",
            "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 1 [running]:\n",
            "fatal error: all goroutines are asleep - deadlock!\n",
            "thread 'main' (7) panicked at src/main.rs:3:5:\nx\n",
            "/a.js:1\nx\n^\n\nReferenceError: x is not defined\n    at Object.<anonymous> (/a.js:1:1)\n",
            "a.rb:3:in `<main>': undefined local variable or method `x' (NameError)\n",
        ] {
            assert!(is_reported(log), "{log}");
        }
        for log in ["Bye\n", "2026/11/28 10:20:12 EOF\n", "recv: Connection reset by peer\n", ""] {
            assert!(!is_reported(log), "{log}");
        }
    }
}
