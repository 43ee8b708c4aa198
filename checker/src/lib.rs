//! The judge of the course: it plays scenes against programs over real sockets and pipes, keeps a
//! transcript of each, and gives a verdict.
//!
//! The checker is a house of seven floors, and a floor uses only those below it. From the top:
//!
//! 7. `main`, with [`cli`]: what is asked for
//! 6. [`desk`]: who asks: a student, so far
//! 5. [`report`]: from results to text
//! 4. [`judge`]: from programs to results: they are built, cast for their roles, and judged
//! 3. [`course`]: what is taught: the table of steps, and in a file for each step, its scenes
//! 2. [`stage`]: what scenes are played on; it knows no step and no points
//! 1. [`sandbox`]: the operating system: processes, what they may take, and the end of them
//!
//! The checker shares nothing with the helpers but the generated protobuf types, so that a mistake in a helper is not
//! hidden by the judge making it too.

#![allow(clippy::module_inception)] // the main room of a floor has its name

pub mod cli;

pub mod desk {
    //! The people at the desk: what they ask for, and what is answered.
    pub mod answer;
    mod belongings;
    mod contents;
    pub mod instructor {
        //! What an instructor asks for.
        pub mod edition;
        pub mod new;
        pub mod skeleton;
    }
    pub mod grader {
        //! Who grades a class: submissions are taken in, built, played and told of.
        pub mod autograder;
        pub mod class;
        pub mod commands;
        pub mod handed;
        mod lay_out;
        pub mod merge;
        pub mod one;
        mod part;
        pub mod roster;
        pub mod sources;
        pub mod submissions;
        pub mod told;
        pub mod worker;
        pub mod workshop;
    }
    pub mod pack;
    pub mod parcel;
    mod protect;
    mod recorded;
    pub mod refusal;
    pub mod report;
    pub mod reset;
    pub mod run;
    pub mod standing;
    pub mod student;
    pub mod watch;
    pub mod work;
}

pub mod report {
    //! From results to text. Nothing here prints.
    pub mod again;
    pub mod bins;
    pub mod class {
        //! What is told of a class that was graded.
        pub mod autolab;
        pub mod classroom50;
        mod columns;
        pub mod csv;
        pub mod decision;
        pub mod graded;
        pub mod gradescope;
        pub mod jplag;
        pub mod junit;
        pub mod page;
        pub mod results;
        mod told;
    }
    pub mod difference;
    pub mod edition {
        //! The students' edition of the course.
        pub mod made;
        pub mod manifest;
        pub mod text;
    }
    mod framing;
    pub mod handin;
    pub mod insertion;
    pub mod json;
    pub mod link;
    pub mod list;
    mod lock;
    pub mod manifest;
    pub mod mermaid;
    pub mod packed;
    pub mod page;
    pub mod picture;
    pub mod project;
    pub mod screen;
    pub mod seen;
    pub mod sequence;
    pub mod terminal;
    pub mod transcript;
    pub mod verdicts;
}

pub mod judge {
    //! From programs to results.
    pub mod build;
    mod cargo;
    pub mod cast;
    pub mod command;
    mod fresh;
    pub mod judge;
    pub mod likeness;
    mod manifest;
    pub mod outcome;
    pub mod probe;
    pub mod standing;
    pub mod twice;
}

pub mod course {
    //! What is taught.
    pub mod advice;
    pub mod choice;
    pub mod file;
    pub mod handouts;
    pub mod helpers;
    pub mod layout;
    pub mod near;
    pub mod scenes;
    pub mod starter;
    pub mod step;
    pub mod table;
    pub mod texts;
    pub mod uses;
    pub mod values;
}

pub mod stage {
    //! What scenes are played on.
    pub mod aftermath;
    mod arrivals;
    pub mod board;
    pub mod bulk;
    pub mod clock;
    mod crash;
    pub mod difference;
    pub mod examination;
    pub mod expected;
    pub mod frames;
    pub mod framing;
    pub mod in_vain;
    pub mod launch;
    pub mod manners;
    mod missing;
    pub mod panics;
    mod parting;
    pub mod peer;
    pub mod pieces;
    pub mod player;
    pub mod ports;
    pub mod program;
    pub mod protobuf;
    pub mod replies;
    pub mod rest;
    mod screen;
    pub mod show;
    mod spin;
    pub mod stage;
    pub mod stop;
    pub mod symptom;
    pub mod transcript;
    mod typing;
    pub mod wire;
    pub mod words;
}

pub mod sandbox {
    //! The operating system. This is the only floor that knows which one it is.
    mod calls;
    pub mod census;
    pub mod compilers;
    mod confine;
    pub mod containment;
    pub mod ending;
    mod folder;
    mod init;
    pub mod launcher;
    pub mod limits;
    mod mounts;
    pub mod namespaces;
    mod nobody;
    mod places;
    pub mod process;
    pub mod protection;
    pub mod running;
    pub mod sockets;
    mod tcp_table;
    mod trial;
    pub mod turn;
    mod user;
    mod view;
    pub mod whole;
    mod writes;
}
