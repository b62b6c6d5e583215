//! Checks requests against the OpenAPI documents of services, which are beside this crate as `<service>.json`: they have
//! the documented path and method, known query parameters, and a body that the documented schema allows.

mod document;
mod request;
mod schema;
mod values;

pub use document::Document;
pub use request::{Request, pairs};
