//! A whole production FastAPI service, laid out by Domain-Driven Design, from one binary.
//!
//! # Code map
//! A command decides; one module writes; one module prints.
//!
//! | module | is |
//! |---|---|
//! | [`cli`] | the command line, and the only glue: arguments → request → plan → apply → report |
//! | [`commands`] | one file per verb: what it is asked, and what it plans |
//! | [`model`] | what a project is: names, texts, options, its manifest and record |
//! | [`catalog`] | what can be chosen, as data |
//! | [`render`] | the embedded templates, made text |
//! | [`edit`] | edits of text in other languages that keep every other byte |
//! | [`plan`] | a draft over a tree, the change set it comes to, and its diff |
//! | [`apply`] | the only writer: lock, stage, rename, journal, recover |
//! | [`project`] | facts read from a project that exists |
//! | [`machine`] | what the machine has of what a project needs |
//! | [`process`] | the only runner of other programs |
//! | [`ui`] | the only printer and prompter |
//! | [`ask`], [`tree`], [`shell`], [`natural`], [`error`] | what the others share |
//!
//! # Invariants
//! - Nothing is written before the whole change is known, and then all of it or nothing.
//! - Every change to a living project leaves a record, from which it can be taken back to the byte.
//! - A request holds every input of a plan; the same request gives the same bytes anywhere.
//! - Modules depend downwards only; `tests/architecture.rs` has the list.

pub mod apply;
pub mod ask;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod edit;
pub mod error;
pub mod machine;
pub mod model;
pub mod natural;
pub mod plan;
pub mod process;
pub mod project;
pub mod render;
pub mod shell;
pub mod tree;
pub mod ui;
