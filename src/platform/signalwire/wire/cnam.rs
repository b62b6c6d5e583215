use serde::{Deserialize, Serialize};

use crate::wire::UnknownFields;

/// The most characters of a caller's name.
pub const CNAM_MAX: usize = 15;

/// A request to show a caller's name with a number's calls, as SignalWire keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CnamRequest {
    /// Its id.
    pub id: String,
    /// The number.
    pub phone_number_id: Option<String>,
    /// The name, in capitals.
    pub name: Option<String>,
    /// Its state, such as `pending`.
    pub status: Option<String>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What you have to do.
    pub required_action: Option<String>,
    /// When it was made: ISO 8601, UTC.
    pub created_at: Option<String>,
    /// When it was last changed.
    pub updated_at: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}
