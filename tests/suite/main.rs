//! One test binary for everything that goes over HTTP, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // tests fail by panicking

mod support;

mod interactly;
