//! The HTTP engine that every client uses.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod certificates;
mod client_builder;
mod connections;
mod foreign_texts;
mod outside_client;
mod pages;
mod raw_requests;
mod responses;
mod signed_calls;
