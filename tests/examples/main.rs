//! The larger examples, run in this process with sandboxes. `examples/import_csv` is a crate of its own with its own
//! tests.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)] // tests fail by panicking
#![allow(clippy::duplicate_mod)] // each example brings its own `support`

#[path = "../../examples/move_between/main.rs"]
mod move_between;
#[path = "../../examples/plan_apply.rs"]
mod plan_apply;

mod clients;
mod moving;
mod moving_back;
mod plans;
mod support;
