//! The HTTP engine that every client uses.

mod client_builder;
mod disconnecting_server;
mod responses;
