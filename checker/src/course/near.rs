//! What was probably meant by a word that was mistyped.

/// Which of these words was probably meant, if one is near.
pub fn nearest<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = words.into_iter().map(|word| (strsim::damerau_levenshtein(wrong, word), word));
    let (distance, nearest) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (wrong.chars().count() / 3).max(2)).then_some(nearest)
}

/// A part of a sentence that says what was meant, of these words: `: did you mean "points"?`. If none is near, which
/// there are.
pub fn or_which<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match nearest(wrong, words.iter().copied()) {
        Some(nearest) => format!(": did you mean {nearest:?}?"),
        None if words.is_empty() => String::new(),
        None => format!(": there are {}", words.join(", ")),
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
