//! What a project is. Parses what users typed, once; never reads a disk or a terminal.

mod cron;
mod domain;
mod domain_name;
mod field;
mod flow;
mod flow_name;
mod graph;
mod inflection;
mod manifest;
mod name;
mod options;
mod record;
mod schedule;
mod text;
mod words;

pub use domain::{DEFAULT_OPS, DOMAINS, Domain, OPS, Scope, Write};
pub use domain_name::{DomainNames, LONGEST_IDENTIFIER, NameOverrides, RESERVED_CLASSES};
pub use field::{
    Field, FieldKind, LONGEST_TEXT, Number, OnDelete, Unique, Value, lengths, parse_fields,
};
pub use flow::Flow;
pub use flow_name::{FLOWS, FlowName, kebab};
pub use graph::{Reference, domain_line, domain_lines, flow_lines};
pub use manifest::{MANIFEST, Manifest};
pub use name::ProjectName;
pub use options::Options;
pub use record::{BASE, RECORD, base, hashes, is_sha256, record, sha256, texts};
pub use schedule::{Schedule, Times};
pub use text::{Author, Repository, Text};
pub use words::{capital, nearest};
