//! A class as a page, `class.html`: who has how many points, and which checks fail most. As every page, it is one file that asks
//! for nothing else and has no script. It lies beside the folders of the submissions, and links to the report in each.

mod bars;
mod overview;
mod style;
mod table;

use maud::html;

use crate::report::class::columns::columns;
use crate::report::class::graded::Class;
use crate::report::class::page::style::STYLE;
use crate::report::page::document::document;
use crate::stage::show::visible;

/// The page, as a file of HTML.
pub fn page(class: &Class) -> String {
    let steps = columns(&class.graded);
    let body = html! {
        a.skip href="#submissions" { "Skip to the submissions" }
        header {
            h1 { "chatlings: a class" }
            (overview::overview(class))
        }
        main {
            (table::submissions(class, &steps))
            (table::absent(class))
            (bars::bars(class, &steps))
        }
        footer {
            @for protection in overview::protections(class) {
                p { "What protected the machine from the programs: " (visible(protection)) "." }
            }
            p { "A page of chatlings, a course about sockets. It is one file, and asks for nothing else." }
        }
    };
    document("chatlings: a class", STYLE, &body)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::class::graded::{Alike, Graded, GradedCheck, GradedStep};

    fn check(id: &str, verdict: &str, points: f64) -> GradedCheck {
        GradedCheck {
            id: id.into(),
            name: format!("the check `{id}`"),
            verdict: verdict.into(),
            points,
            max: 1.0,
            ..GradedCheck::default()
        }
    }

    fn graded(name: &str, verdicts: [&str; 2]) -> Graded {
        let points = verdicts.map(|verdict| if verdict == "passes" { 1.0 } else { 0.0 });
        let open = verdicts.iter().filter(|verdict| **verdict == "not checked").count() as f64;
        let checks = ["a", "b"].into_iter().zip(verdicts).zip(points);
        let checks = checks.map(|((id, verdict), points)| check(id, verdict, points)).collect();
        let (points, max) = (points.iter().sum(), 2.0);
        let (id, title) = ("ex1".to_string(), "1.1 a server".to_string());
        let step = GradedStep { id, title, points, max, open, checks, ..GradedStep::default() };
        Graded { name: name.into(), points, max, open, steps: vec![step], ..Graded::default() }
    }

    fn class() -> Class {
        Class {
            graded: vec![
                graded("ada", ["fails", "passes"]),
                graded("bob & co", ["fails", "not checked"]),
                graded("cid", ["passes", "passes"]),
                graded("<script>", ["does not compile", "does not compile"]),
            ],
            absent: vec!["dan <b>".into()],
            ..Class::default()
        }
    }

    /// The names in the first or the second table, as they stand in it.
    fn names(html: &str, order: &str) -> Vec<String> {
        let (_, rest) = html.split_once(&format!("box {order}\"")).expect("the table is there");
        let (table, _) = rest.split_once("</table>").expect("it ends");
        let links = table.split("/report.html\">").skip(1);
        links.map(|rest| rest.split('<').next().unwrap_or_default().to_string()).collect()
    }

    #[test]
    fn the_same_submissions_stand_in_both_orders_and_lead_to_their_reports() {
        let html = page(&class());
        assert_eq!(names(&html, "by-name"), ["ada", "bob &amp; co", "cid", "&lt;script&gt;"]);
        assert_eq!(names(&html, "by-points"), ["cid", "ada", "bob &amp; co", "&lt;script&gt;"]);
        assert_eq!(html.matches("href=\"bob%20%26%20co/report.html\"").count(), 2, "{html}");
        assert_eq!(html.matches("href=\"%3Cscript%3E/report.html\"").count(), 2, "{html}");
        assert!(!html.contains("<script") && html.contains("<li>dan &lt;b&gt;</li>"), "{html}");
    }

    #[test]
    fn what_has_no_report_has_no_link() {
        let mut class = class();
        class.graded[0].steps.clear();
        class.graded[0].trouble = vec!["it is no zip".into()];
        let html = page(&class);
        assert!(!html.contains("ada/report.html"), "{html}");
        assert_eq!(html.matches("<th scope=\"row\">ada</th>").count(), 2, "{html}");
    }

    #[test]
    fn points_that_are_open_stand_beside_the_points_and_above() {
        let html = page(&class());
        assert!(
            html.contains("<strong>0</strong> of 2<br><span class=\"dim\">1 open</span>"),
            "{html}"
        );
        assert!(html.contains("1 point is open in 1 submission"), "{html}");
    }

    #[test]
    fn the_overview_says_how_many_the_median_and_the_mean() {
        let html = page(&class()).replace("<strong>", "").replace("</strong>", "");
        for expected in ["4 submissions", "1 absent", "median 0.5", "mean 0.75 of 2 points"] {
            assert!(html.contains(expected), "{expected}: {html}");
        }
        let none = page(&Class::default());
        assert!(none.contains("No submissions.") && !none.contains("NaN"), "{none}");
        assert!(!none.contains("<table"), "{none}");
    }

    #[test]
    fn the_check_that_fails_most_is_named_first_with_its_numbers() {
        let html = page(&class());
        let (_, most) = html.split_once("Fail most").expect("it is there");
        let first = most.split("</li>").next().expect("a row");
        assert!(first.contains("href=\"#check-ex1-a\""), "{first}");
        assert!(first.contains("2 of 4 fail, 1 does not compile"), "{first}");
        let (_, row) = html.split_once("id=\"check-ex1-b\"").expect("the row is there");
        let row = row.split("</li>").next().expect("it ends");
        for expected in [
            "✓</span> 2 pass</span>",
            "✗</span> 1 does not compile</span>",
            "–</span> 1 not checked</span>",
            "style=\"--n:2\"",
        ] {
            assert!(row.contains(expected), "{expected}: {row}");
        }
    }

    #[test]
    fn trouble_and_likeness_are_told_and_link_to_the_other_one() {
        let mut class = class();
        class.graded[0].trouble = vec!["it \u{202e}hangs".into()];
        let alike =
            |with: &str| Alike { file: "ex1_server.rs".into(), with: with.into(), share: 0.93 };
        class.alike = BTreeMap::from([("ada".into(), vec![alike("cid"), alike("zoe")])]);
        let html = page(&class);
        assert!(html.contains("<li>it \\u{202e}hangs</li>"), "{html}");
        assert!(
            html.contains("93 % of ex1_server.rs is like <a href=\"cid/report.html\">cid's</a>")
        );
        assert!(html.contains("93 % of ex1_server.rs is like zoe's"), "{html}");
        assert!(html.contains("1 with trouble"), "{html}");
    }
}
