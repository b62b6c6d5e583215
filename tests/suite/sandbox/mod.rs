//! The sandbox itself. What it does for one service is tested in that service's folder.

mod chaos;
mod lost_responses;
pub(crate) mod plain_requests;
mod refusals;
mod requests;
mod unexpected_responses;
