//! The page of a made-up class, and a picture of it for the documentation: `docs/class.png`.
//!
//! usage: cargo run -p course-tests --example class_page

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

use checker::report::class::page::page;
use course_tests::{class, root};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Transformations};

/// What a browser may be called.
const NAMES: &[&str] = &["chromium", "google-chrome-stable", "google-chrome", "chrome"];

/// How much of the page the picture shows.
const SIZE: &str = "1200,1180";

/// How large everything is in it.
const ZOOM: &str = "<style>html { zoom: 0.8; }</style></head>";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = root().join("target/tmp/class");
    fs::create_dir_all(&folder)?;
    let html = page(&class::made_up());
    fs::write(folder.join("class.html"), &html)?;
    println!("{}", folder.join("class.html").display());
    let zoomed = folder.join("zoomed.html");
    fs::write(&zoomed, html.replacen("</head>", ZOOM, 1))?;
    let taken = folder.join("taken.png");
    take(&zoomed, &taken)?;
    let picture = root().join("docs/class.png");
    make_small(&taken, &picture)?;
    println!("{}", picture.display());
    Ok(())
}

/// Takes a picture of a page.
fn take(page: &Path, picture: &Path) -> Result<(), Box<dyn Error>> {
    let profile = page.with_file_name("profile");
    for name in NAMES {
        let browser = Command::new(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--window-size={SIZE}"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(page)
            .output();
        if browser.is_ok_and(|browser| browser.status.success()) {
            return Ok(());
        }
    }
    Err("there is no picture: neither chromium nor google-chrome is on PATH".into())
}

/// Writes a picture again with few colours, so that it is a third as large: a page has few, but for the edges of its letters.
fn make_small(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut decoder = Decoder::new(BufReader::new(File::open(from)?));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("the picture is too large")?];
    let info = reader.next_frame(&mut pixels)?;
    let mut numbers: BTreeMap<[u8; 3], u8> = BTreeMap::new();
    let mut palette = Vec::new();
    let mut indices = Vec::new();
    for pixel in pixels[..info.buffer_size()].chunks_exact(info.color_type.samples()) {
        let color = [pixel[0], pixel[1], pixel[2]].map(rounded);
        let number = match numbers.get(&color) {
            Some(number) => *number,
            None => {
                let next = u8::try_from(numbers.len()).map_err(|_| "there are too many colours")?;
                numbers.insert(color, next);
                palette.extend(color);
                next
            }
        };
        indices.push(number);
    }
    let mut encoder = Encoder::new(File::create(to)?, info.width, info.height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(Compression::High);
    encoder.write_header()?.write_image_data(&indices)?;
    Ok(())
}

/// The nearest of 16 values.
fn rounded(value: u8) -> u8 {
    const STEP: u16 = 17;
    u8::try_from((u16::from(value) + STEP / 2) / STEP * STEP).unwrap_or(u8::MAX)
}
