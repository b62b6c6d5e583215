//! Interactly.

mod endpoints;
