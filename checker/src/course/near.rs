//! What was probably meant by a word that was mistyped.

/// A part of a sentence that says what was meant, of these words: `: did you mean "points"?`. If none is near, which
/// there are.
pub fn or_which<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let distance = |word: &&&str| strsim::damerau_levenshtein(wrong, word);
    match words.iter().min_by_key(distance) {
        None => String::new(),
        Some(nearest) if distance(&nearest) <= (wrong.chars().count() / 3).max(2) => {
            format!(": did you mean {nearest:?}?")
        }
        Some(_) => format!(": there are {}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_near_is_meant_and_else_all_are_named() {
        let words = ["points", "port", "a_taken_port"];
        assert_eq!(or_which("pionts", words), ": did you mean \"points\"?");
        assert_eq!(or_which("a_taken_prot", words), ": did you mean \"a_taken_port\"?");
        assert_eq!(or_which("colour", words), ": there are points, port, a_taken_port");
        assert_eq!(or_which("colour", []), "");
    }
}
