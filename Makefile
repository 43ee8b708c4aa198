# The commands of the course. `make` alone shows them.

# By name: those that have starters. `cargo step list` shows them in the order of the walkthrough.
STEPS := $(sort $(foreach starter,$(notdir $(wildcard starters/*.rs)),$(firstword $(subst _, ,$(starter)))))

.PHONY: help $(STEPS) watch demo test cargo

help:
	@echo "make ex1         show the step's task and, once you have begun, check your program"
	@echo "                 (steps: $(STEPS))"
	@echo "make watch       do that on every save, on one screen"
	@echo "make demo        show the scenes of all steps, as finished programs play them"
	@echo
	@echo "cargo test               run all checks"
	@echo "cargo step list          where you stand"
	@echo "cargo step hint ex1      a hint for a step"
	@echo "cargo step report ex1    the run as pictures, in a page"
	@echo "cargo step pack ex1 --as NAME    what the handout wants handed in, as a zip"
	@echo "cargo step reset ex1     start a step over; your old file is kept"
	@echo "cargo step --help        everything else"
# <!-- instructors -->
	@echo
	@echo "To grade a class (docs/grading.md):"
	@echo "cargo step grade submissions/    each folder and each zip in there"
	@echo "make gradescope  an autograder for Gradescope; STEPS=\"ex1 ex2\" for these steps only"
	@echo "make image       a container that grades; IMAGE=name, PACKAGES=\"git python3\""
	@echo
	@echo "cargo step edition DIR   the course for students, without the reference solutions"
	@echo
	@echo "To change the course:"
	@echo "make test        cargo test, and the tests of the course itself (those of the report's"
	@echo "                 page need a browser: chromium or google-chrome)"
	@echo "make lint        formatting, warnings, and whether the course is whole"
	@echo "make texts       write what course.toml says to where else it stands, lists, and starters"
	@echo "make update      do that, and write transcripts and pictures: after a step was added"
	@echo "make pictures    play the runs that the README shows, and draw them again"
	@echo "make bench       measure the servers beside others (about ten minutes, Linux only)"
	@echo "make loop        measure the time from saving a file to the verdict"
	@echo "make soak        look for checks that fail without cause (about ten minutes):"
	@echo "                 QUIET=200 runs, BUSY=50 more on a busy machine, SCHEDULES=100000"
	@echo "                 interleavings of the room, FUZZ_SECONDS=60"
# <!-- /instructors -->

# A check that fails has been told: make need not add an error of its own. (Wrong usage, 2, and a fault of the checker, 3,
# stay errors. A script that wants to know runs `cargo step check`.)
$(STEPS): cargo
	@cargo step check $@ || [ $$? -eq 1 ]

watch: cargo
	@cargo step watch

demo: cargo
	@cargo step demo

# <!-- instructors -->
# Everything, whatever fails. `cargo test` alone is what a grader runs: the checks of your programs and ours.
test: EVERYTHING := --workspace --exclude exercises --no-fail-fast
# <!-- /instructors -->
test: cargo
	cargo test $(EVERYTHING)

# <!-- instructors -->
.PHONY: lint texts update pictures bench loop soak gradescope image

lint: cargo
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	STARTERS=untouched cargo test --quiet -p course-tests --test course

# What follows from course.toml, the files of the steps, and the exercises. The steps come first: the rest is made from
# their list.
texts: cargo
	UPDATE_LISTS=1 cargo test --quiet -p course-tests --test course the_steps_are_listed
	UPDATE_LISTS=1 cargo test --quiet -p course-tests --test course -- the_list the_texts the_exercises_are

update: texts
	INSTA_UPDATE=always cargo test --quiet --test transcripts every_scene
	INSTA_UPDATE=always cargo test --quiet --test transcripts every_transcript
	INSTA_UPDATE=always cargo test --quiet --test pictures every_picture_is_of_a_run

pictures: cargo
	INSTA_UPDATE=always cargo test --quiet --test pictures
	INSTA_UPDATE=always cargo test --quiet -p course-tests --test watch picture

bench: cargo
	cargo build --release -p bench -p solutions
	@ulimit -n 20000 2>/dev/null; $${CARGO_TARGET_DIR:-target}/release/bench

loop: cargo
	@tools/measure-loop
	@echo; cargo run --quiet -p course-tests --example save_to_verdict

soak: cargo
	@tools/soak

# With STEPS="ex1 ex2", it grades these.
gradescope: cargo
	@cargo step autograder $${CARGO_TARGET_DIR:-target}/gradescope.zip $(STEPS)

IMAGE := chatlings-grader
PACKAGES := git python3
# Whichever of them works here. BUILDER="buildah bud --isolation chroot" for another one, or for options of its own.
BUILDER = $(shell for tool in docker podman; do $$tool info >/dev/null 2>&1 && echo $$tool build && exit; done; \
	echo buildah bud)

image:
	$(BUILDER) -t $(IMAGE) -f Dockerfile.grader --build-arg PACKAGES="$(PACKAGES)" .
# <!-- /instructors -->

# The first build takes a while, so it is shown; after that there is nothing to show.
cargo:
	@command -v cargo >/dev/null || { echo "error: cargo not found: install Rust with https://rustup.rs"; exit 1; }
	@[ -x "$${CARGO_TARGET_DIR:-target}/debug/chatlings" ] || cargo build -p checker
