//! How the page looks.

/// The style sheet: what all pages have in common, and what only this one has.
pub(super) const STYLE: &str = concat!(include_str!("base.css"), include_str!("style.css"));

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Red, green and blue.
    type Color = [f64; 3];

    /// The colours, by name, of each scheme.
    fn schemes() -> [BTreeMap<&'static str, Color>; 2] {
        let (light, rest) = STYLE.split_once("prefers-color-scheme: dark").expect("two schemes");
        let dark = rest.split_once("}\n}").expect("the end of the scheme").0;
        [light, dark].map(|text| text.lines().filter_map(color_in).collect())
    }

    /// `--ink: #1c1e21;`
    fn color_in(line: &'static str) -> Option<(&'static str, Color)> {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        let part = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).expect("two digits");
        Some((name, [0, 2, 4].map(|at| f64::from(part(at)) / 255.0)))
    }

    /// <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
    fn luminance(color: Color) -> f64 {
        let linear = |part: f64| match part <= 0.04045 {
            true => part / 12.92,
            false => ((part + 0.055) / 1.055).powf(2.4),
        };
        let [red, green, blue] = color.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn all_that_is_written_or_drawn_can_be_told_from_its_ground_in_light_and_dark() {
        const GROUNDS: [&str; 2] = ["paper", "card"];
        const DRAWN: [&str; 2] = ["line", "focus"]; // and anything else is written
        let [light, dark] = schemes();
        assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
        assert!(light.len() > 10, "colours are missed: {light:?}");
        for colors in [light, dark] {
            for (name, color) in colors.iter().filter(|(name, _)| !GROUNDS.contains(name)) {
                let needed = if DRAWN.contains(name) { 3.0 } else { 4.5 };
                for ground in GROUNDS {
                    let contrast = contrast(*color, colors[ground]);
                    assert!(contrast >= needed, "{name} on {ground}: {contrast:.2}, not {needed}");
                }
            }
        }
    }

    #[test]
    fn the_contrast_is_that_of_the_standard() {
        let [black, white, gray] = [0.0, 1.0, 118.0 / 255.0].map(|part| [part; 3]);
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        assert!((contrast(gray, white) - 4.54).abs() < 0.005, "{}", contrast(gray, white));
    }

    #[test]
    fn the_style_asks_for_nothing_and_uses_only_colours_that_it_has() {
        for wrong in ["url(", "@import", "@font-face", "http", "<", "expression("] {
            assert!(!STYLE.contains(wrong), "{wrong}");
        }
        let [colors, _] = schemes();
        const SET_BY_ROWS: [&str; 6] = ["tone", "time", "columns", "at", "from", "to"];
        for used in STYLE.split("var(--").skip(1) {
            let name = used.split([')', ',']).next().unwrap_or(used);
            assert!(colors.contains_key(name) || SET_BY_ROWS.contains(&name), "--{name}");
        }
    }
}
