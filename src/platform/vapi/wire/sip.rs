use serde::Deserialize;
use serde_json::Value;

use crate::model::{Problems, Secret};
use crate::wire::{read::FromJson, wire_object};

/// The minimum and maximum length of a SIP user and of a SIP password, in characters.
pub const SIP_SECRET_LENGTH: (usize, usize) = (20, 40);

wire_object! {
    /// The credentials that callers of a SIP address must give.
    pub struct SipAuthentication {
        required {
            /// The user, 20 to 40 characters.
            username: String,
            /// The password, 20 to 40 characters.
            password: Secret,
        }
        optional {
            /// The realm. Defaults to the region's SIP host.
            realm: String,
        }
    }
}

impl FromJson for SipAuthentication {
    fn from_json(value: Value) -> Result<Self, Value> {
        Self::deserialize(&value).map_err(|_| value)
    }
}

impl SipAuthentication {
    pub(crate) fn check(&self, problems: &mut Problems) {
        let (min, max) = SIP_SECRET_LENGTH;
        problems.required("username", self.username.as_ref());
        problems.required("password", self.password.as_ref());
        if let Some(username) = &self.username {
            problems.length("username", username, min, max);
        }
        if let Some(password) = &self.password {
            problems.length("password", password.expose(), min, max);
        }
    }
}
