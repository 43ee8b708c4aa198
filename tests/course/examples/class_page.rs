//! The page of a made-up class, and a picture of it for the documentation: `docs/class.png`.
//!
//! usage: cargo run -p course-tests --example class_page

use std::error::Error;
use std::fs;
use std::process::Command;

use checker::report::class::page::page;
use course_tests::{class, root};

/// What a browser may be called.
const NAMES: &[&str] = &["chromium", "google-chrome-stable", "google-chrome", "chrome"];

/// How much of the page the picture shows.
const SIZE: &str = "1200,860";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = root().join("target/tmp/class");
    fs::create_dir_all(&folder)?;
    let html = folder.join("class.html");
    fs::write(&html, page(&class::made_up()))?;
    println!("{}", html.display());
    let picture = root().join("docs/class.png");
    for name in NAMES {
        let options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-lcd-text",
        ];
        let browser = Command::new(name)
            .args(options)
            .arg(format!("--user-data-dir={}", folder.join("profile").display()))
            .arg(format!("--window-size={SIZE}"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(&html)
            .output();
        if browser.is_ok_and(|browser| browser.status.success()) {
            println!("{}", picture.display());
            return Ok(());
        }
    }
    Err("there is no picture: neither chromium nor google-chrome is on PATH".into())
}
