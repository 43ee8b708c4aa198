//! What a picture is on: a page as light or dark as its reader's screen.

use maud::{PreEscaped, html};

use crate::report::picture::shape::Shape;
use crate::report::picture::text::{clean, round};

/// The colours and fonts.
const STYLE: &str = include_str!("style.css");

/// A picture of that size, as a file: what it is called and, in lines, what it shows, for those who do not see it; and
/// its shapes, a line for each.
pub fn page(width: f64, height: f64, title: &str, description: &str, shapes: &[Shape]) -> String {
    let (width, height) = (round(width), round(height));
    let page = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
            width=(width) height=(height) role="img" xml:space="preserve" {
            "\n" title { (clean(title)) }
            "\n" desc { @for line in description.lines() { (clean(line)) "\n" } }
            "\n" style { "\n" (PreEscaped(STYLE)) }
            "\n" rect class="page" x="0.5" y="0.5" width=(width - 1.0) height=(height - 1.0) rx="8" {}
            @for shape in shapes { "\n" (shape.markup()) }
            "\n"
        }
        "\n"
    };
    page.into_string()
}
