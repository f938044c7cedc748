//! One file per verb: the arguments it takes, the request they make, and the plan.
//!
//! Never touches the disk; see [`crate::apply`].

pub mod add_domain;
pub mod add_field;
pub mod add_flow;
pub mod check;
pub mod completions;
pub mod doctor;
mod documents;
pub mod drop_field;
mod flow_places;
pub mod graph;
pub mod list;
pub mod new;
mod option_args;
mod recorded;
mod registration;
pub mod remove_domain;
pub mod remove_flow;
mod reshape;
pub mod status;
pub mod undo;

/// How one gets `uv`, without which no project runs.
const INSTALL_UV: &str =
    "curl --location --silent --show-error --fail https://astral.sh/uv/install.sh | sh";
