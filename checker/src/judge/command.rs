//! A command that starts a program in any language, as a person types it.

use crate::course::near::nearest;
use crate::stage::launch::PLACEHOLDERS;

/// The words of a command, split as a shell does it.
///
/// # Errors
/// In words, when it has none, or a quote is open, or it seems that a placeholder was meant which there is not:
/// otherwise a program would be charged with what it was not told.
pub fn words_of(command: &str) -> Result<Vec<String>, String> {
    let words = shell_words::split(command).map_err(|error| format!("{command:?}: {error}"))?;
    if words.is_empty() {
        return Err("is empty".to_string());
    }
    match words.iter().find_map(|word| misspelt(word)) {
        Some((wrong, meant)) => {
            Err(format!("{command:?}: there is no {wrong}: did you mean {meant}?"))
        }
        None => Ok(words),
    }
}

/// What stands in braces and is nearly a placeholder, and which one. Words far from all are the program's own, as in
/// `awk '{print}'`, and so is a variable of a shell, as in `sh -c 'echo ${HOST}'`.
fn misspelt(word: &str) -> Option<(String, String)> {
    let names = PLACEHOLDERS.map(|placeholder| placeholder.trim_matches(['{', '}']));
    for (start, _) in word.match_indices('{') {
        let Some((inside, _)) = word[start + 1..].split_once('}') else { break };
        let is_variable = word[..start].ends_with('$');
        let is_name = inside.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c));
        if is_variable || !is_name || names.contains(&inside) {
            continue;
        }
        let wrong = inside.trim().to_lowercase().replace('-', "_");
        if let Some(meant) = nearest(&wrong, names) {
            return Some((format!("{{{inside}}}"), format!("{{{meant}}}")));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_that_is_misspelt_is_named_with_the_one_that_was_meant() {
        for (wrong, meant) in [
            ("{prot}", "{port}"),
            ("{PORT}", "{port}"),
            ("'{ port }'", "{port}"),
            ("--port={por}", "{port}"),
            ("sh -c 'run {hots} {port}'", "{host}"),
            ("{max_sleep}", "{max_sleep_ms}"),
            ("{max-clients}", "{max_clients}"),
        ] {
            let error = words_of(&format!("run {{port}} {wrong}")).expect_err(wrong);
            assert!(error.ends_with(&format!(": did you mean {meant}?")), "{error}");
        }
    }

    #[test]
    fn other_braces_are_the_programs_own() {
        for right in [
            "run {port} {host}:{port} {max_clients} {max_sleep_ms}",
            "awk '{print}'",
            "awk '{ next }'",
            "sh -c 'PORT={port}; run ${PORT} ${prot}'",
            "run '{\"prot\": {port}}' {} { }{ {{port}}",
        ] {
            let words = shell_words::split(right).expect("a command");
            assert_eq!(words_of(right), Ok(words));
        }
    }
}
