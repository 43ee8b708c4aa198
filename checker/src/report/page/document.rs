//! What every page is: one document that carries its own style, and may do nothing but look as that says.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// What a page may do: look as it is told to. Nothing is loaded, sent or run, not even if a browser were to take a text
/// of a program for more than that.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The document, as a file of HTML.
pub(in crate::report) fn document(title: &str, style: &str, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    format!("{}\n", markup.into_string())
}
