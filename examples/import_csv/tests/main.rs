//! `import_csv`, run in this process against sandboxes.

#[path = "../src/main.rs"]
mod import_csv;
#[path = "../../../tests/examples/support.rs"]
mod support;

mod bad_rows;
mod import;
mod positions;
mod stopped;
