//! One file per verb: the arguments it takes, the request they make, and the plan.
//!
//! Never touches the disk; see [`crate::apply`].

pub mod new;
mod option_args;
