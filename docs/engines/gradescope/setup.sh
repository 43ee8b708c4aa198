#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder was uploaded. It installs Rust and a linker, builds the checker
# and all that submissions need, and grades the reference solutions (or, where there are none, the exercises as they are
# handed out): so that a submission costs seconds, and an autograder which cannot grade is seen here, and not by the first
# student.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

if ! command -v gcc >/dev/null || ! { command -v cargo || command -v curl; } >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install --yes --no-install-recommends gcc libc6-dev curl ca-certificates
fi
if ! command -v cargo >/dev/null; then
  curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs |
    sh -s -- -y --profile minimal --default-toolchain stable
fi

# What run_autograder needs to find Rust again, whoever calls it.
export -p | grep -E '^declare -x (PATH|HOME|CARGO_HOME|RUSTUP_HOME)=' >"$source/environment"
. "$source/settings"
cd "$source/course"
cargo build --package checker
scratch="$(mktemp -d)"
reference=solutions/src/bin
[ -d "$reference" ] || reference=starters
# $STEPS is a list of words.
target/debug/chatlings grade --one "$reference" $STEPS --out "$scratch" --sandbox "$SANDBOX" --patience "$PATIENCE"
rm -r "$scratch"
# No submission needs them, and none is to find them.
rm -rf solutions/src
