//! Compiles `proto/chat.proto` to Rust. protox parses it, so there is no `protoc` to install.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto/chat.proto");
    let files = protox::compile(["proto/chat.proto"], ["proto"])?;
    prost_build::compile_fds(files)?;
    Ok(())
}
