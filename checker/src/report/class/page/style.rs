//! How the page of a class looks.

/// The style sheet: what all pages have in common, and what only this one has.
pub(super) const STYLE: &str =
    concat!(include_str!("../../page/base.css"), include_str!("style.css"));

#[cfg(test)]
mod tests {
    const BASE: &str = include_str!("../../page/base.css");
    const OWN: &str = include_str!("style.css");

    /// A test of those computes how they stand out.
    #[test]
    fn it_has_no_colours_but_those_of_all_pages() {
        const SET_BY_ROWS: [&str; 2] = ["tone", "n"];
        for used in OWN.split("var(--").skip(1) {
            let name = used.split([')', ',']).next().unwrap_or(used);
            let is_known = BASE.contains(&format!("  --{name}: #")) || SET_BY_ROWS.contains(&name);
            assert!(is_known, "--{name}");
        }
        for wrong in [": #", "rgb", "hsl", "opacity", "url(", "@import", "@font-face", "http", "<"]
        {
            assert!(!OWN.contains(wrong), "{wrong}");
        }
    }
}
