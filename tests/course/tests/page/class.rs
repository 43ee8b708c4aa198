//! The page of a class, `class.html`.

use checker::report::class::graded::Class;
use checker::report::class::page::page;
use course_tests::class::{awkward, made_up};
use libtest_mimic::Failed;

use crate::browser::Browser;
use crate::tab::{Key, Tab};
use crate::{expect_none, open, stands_out};

/// A phone, and a screen.
const WIDTHS: [u32; 2] = [360, 1280];

/// How wide a sheet of paper is (A4, turned) between its margins.
const PAPER: u32 = 1047;

type Made = fn() -> Class;

const CLASSES: [(&str, Made); 3] =
    [("class", made_up), ("class-awkward", awkward), ("class-of-nobody", Class::default)];

fn open_class<'a>(browser: &'a mut Browser, name: &str, class: Made) -> Result<Tab<'a>, Failed> {
    open(browser, name, &page(&class()))
}

/// The names in the table that is shown. Exactly one is.
const NAMES: &str = "(() => {
    const shown = [...document.querySelectorAll('.box')].filter((box) => box.checkVisibility());
    if (shown.length !== 1) throw new Error(`${shown.length} tables are shown`);
    return [...shown[0].querySelectorAll('tbody th')].map((name) => name.textContent);
})()";

/// Chooses the other order with a click.
const CLICK: &str = "document.querySelector('label:has(#by-points)').click()";

pub fn fits(browser: &mut Browser) -> Result<(), Failed> {
    for (name, class) in CLASSES {
        let mut tab = open_class(browser, name, class)?;
        for order in ["by-name", "by-points"] {
            for width in WIDTHS {
                tab.width(width);
                let wrong = tab.evaluate("[...measure.overflowing(), ...measure.covered('main')]");
                expect_none(wrong, &mut tab, &format!("{name}-{width}-{order}"))?;
            }
            if name != "class-of-nobody" {
                tab.evaluate::<()>(CLICK);
            }
        }
    }
    Ok(())
}

pub fn stands_out_in_light_and_dark(browser: &mut Browser) -> Result<(), Failed> {
    for (name, class) in CLASSES {
        stands_out(open_class(browser, name, class)?, name)?;
    }
    let mut tab = open_class(browser, "class", made_up)?;
    for scheme in ["light", "dark"] {
        tab.show("screen", scheme);
        // What a bar is made of can be told from its ground.
        let faint = "[...document.querySelectorAll('.bar i')]
            .filter((part) => measure.edge(part) < 3).map((part) => `a faint part: ${part.className}`)";
        let wrong = tab.evaluate(faint);
        expect_none(wrong, &mut tab, &format!("class-bars-{scheme}"))?;
    }
    Ok(())
}

pub fn is_sorted_by_keyboard_and_by_click(browser: &mut Browser) -> Result<(), Failed> {
    let class = made_up();
    let by_name: Vec<String> = class.graded.iter().map(|graded| graded.name.clone()).collect();
    let mut sorted = class.graded;
    sorted.sort_by(|one, other| other.points.total_cmp(&one.points));
    let by_points: Vec<String> = sorted.into_iter().map(|graded| graded.name).collect();
    assert_ne!(by_name, by_points, "there is nothing to be sorted");

    let mut tab = open_class(browser, "class", made_up)?;
    let mut wrong = Vec::new();
    let mut expect = |tab: &mut Tab, expected: &[String], what: &str| {
        let names: Vec<String> = tab.evaluate(NAMES);
        if names != expected {
            wrong.push(format!("{what}: {names:?}"));
        }
    };
    expect(&mut tab, &by_name, "at first");
    tab.evaluate::<()>(CLICK);
    expect(&mut tab, &by_points, "after a click");
    drop(tab);

    let mut tab = open_class(browser, "class", made_up)?;
    tab.press(Key::Tab); // to the link past what stands above
    tab.press(Key::Tab); // to the orders
    expect(&mut tab, &by_name, "before a key");
    tab.press(Key::Right);
    expect(&mut tab, &by_points, "after a key");
    let links: Vec<String> = tab.evaluate(
        "[...document.querySelectorAll('.by-points tbody th a')].map((link) => link.getAttribute('href'))",
    );
    let expected: Vec<String> = by_points.iter().map(|name| name.replace('ß', "%C3%9F")).collect();
    let expected: Vec<String> = expected.iter().map(|name| format!("{name}/report.html")).collect();
    if links != expected {
        wrong.push(format!("links to {links:?}"));
    }
    expect_none(wrong, &mut tab, "class-sorted")?;
    is_shown_in_both_orders_without_styles(&mut tab)
}

/// Where nothing can be chosen, nothing is hidden: both tables are there, each says in which order it is.
fn is_shown_in_both_orders_without_styles(tab: &mut Tab) -> Result<(), Failed> {
    let captions: Vec<String> = tab.evaluate(
        "(document.querySelector('style').remove(), [...document.querySelectorAll('caption')]
            .filter((caption) => caption.checkVisibility()).map((caption) => caption.textContent))",
    );
    let wrong = match captions == ["Sorted by name", "Sorted by points"] {
        true => Vec::new(),
        false => vec![format!("without styles, there are {captions:?}")],
    };
    expect_none(wrong, tab, "class-without-styles")
}

pub fn asks_for_nothing_and_is_text(browser: &mut Browser) -> Result<(), Failed> {
    for (name, class) in CLASSES {
        let mut tab = open_class(browser, name, class)?;
        for (medium, scheme) in [("screen", "dark"), ("print", "light"), ("screen", "light")] {
            tab.show(medium, scheme);
            tab.evaluate::<()>(crate::NEXT_FRAME);
        }
        let signs = tab.signs_of_scripts();
        let mut wrong: Vec<String> =
            signs.iter().map(|sign| format!("a script ran, or was to run: {sign:.200}")).collect();
        // Links lead to the reports, which lie in folders beside it, and nowhere else.
        let outward: Vec<String> = tab.evaluate("measure.outward()");
        let is_link = |what: &String| what.starts_with("<a>") && what.contains(": href=");
        wrong.extend(outward.into_iter().filter(|what| !is_link(what)));
        wrong.extend(tab.evaluate::<Vec<String>>("measure.unseen()"));
        let away = "[...document.querySelectorAll('a')].map((link) => link.href).filter((href) => {
            const [here, folder] = [location.href.replace(/#.*/, ''), new URL('.', location.href).href];
            const isReport = new URL('..', href).href === folder && href.endsWith('/report.html');
            return !isReport && href.replace(/#.*/, '') !== here;
        })";
        wrong.extend(tab.evaluate::<Vec<String>>(away));
        let page: String = tab.evaluate("location.href");
        match &tab.requests()[..] {
            [only] if *only == page => {}
            requests => wrong.push(format!("requests {requests:?}, expected one of {page}")),
        }
        expect_none(wrong, &mut tab, &format!("{name}-text"))?;
    }
    Ok(())
}

pub fn can_be_listened_to(browser: &mut Browser) -> Result<(), Failed> {
    for (name, class) in CLASSES {
        let mut tab = open_class(browser, name, class)?;
        let mut wrong: Vec<String> = tab.evaluate("measure.structure()");
        let told = tab.told();
        for told in &told {
            let needs_name = told.can_have_focus && !crate::NAMELESS.contains(&&*told.role);
            if needs_name && told.name.is_empty() {
                wrong.push(format!("something has no name: {told:?}"));
            }
        }
        let orders = told.iter().filter(|told| told.role == "radio").map(|told| told.name.as_str());
        let orders: Vec<&str> = orders.collect();
        if name != "class-of-nobody" && orders != ["by name", "by points"] {
            wrong.push(format!("the orders are {orders:?}"));
        }
        expect_none(wrong, &mut tab, &format!("{name}-aloud"))?;
    }
    Ok(())
}

pub fn is_whole_on_paper(browser: &mut Browser) -> Result<(), Failed> {
    const READ: &str = "measure.texts(document.querySelector('main')).map(({ text }) => text)";
    let mut tab = open_class(browser, "class", made_up)?;
    tab.width(PAPER);
    let on_screen: Vec<String> = tab.evaluate(READ);
    tab.show("print", "light");
    let in_print: Vec<String> = tab.evaluate(READ);
    let mut wrong: Vec<String> = tab.evaluate("[...measure.overflowing(), ...measure.scrolled()]");
    let choice = ["Sorted", "by name", "by points"]; // which nobody can choose on paper
    let missing = on_screen.iter().filter(|text| !in_print.contains(text));
    let missing = missing.filter(|text| !choice.contains(&text.as_str()));
    wrong.extend(missing.map(|text| format!("not in print: {text:.60}")));
    expect_none(wrong, &mut tab, "class-print")
}
