//! What a plan knows of a number at its carrier.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use serde::{Deserialize, Serialize};

use crate::model::{CallbackUrl, Reached, Routing};

/// The routing of a number when a plan was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedCalls {
    /// The carrier that holds the number, by kind and account. `None` if none of the given carriers is known to hold
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Where the calls go, as [`Calls`](crate::model::Calls) displays it; `None` if the carrier does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether the calls reach the platform.
    #[serde(default)]
    pub reached: Reached,
    /// Whether the import itself triggers the takeover by the platform.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_over: bool,
    /// The address to which the calls are pointed when the plan is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point_to: Option<CallbackUrl>,
    /// Why the calls cannot be sent to the platform's address, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cannot_point: Option<String>,
    /// Why the credentials of the number's record cannot be renewed, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cannot_renew: Option<String>,
    /// A digest of every setting of the carrier. The settings themselves may hold secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settings: Option<BTreeMap<String, String>>,
}

impl PlannedCalls {
    pub(super) fn new(carrier: Option<String>, routing: Option<&Routing>, reached: Reached, seal: &Seal) -> Self {
        Self {
            carrier,
            to: routing.map(|routing| routing.calls.to_string()),
            reached,
            taken_over: false,
            point_to: None,
            cannot_point: None,
            cannot_renew: None,
            settings: routing.map(|routing| seal.settings(routing)),
        }
    }

    /// What differs from the plan: each setting of which the carrier tells another value, by the carrier's name of it.
    /// Where nothing was known, nothing differs.
    pub(super) fn changed(&self, now: Option<&Routing>, seal: &Seal) -> Vec<String> {
        let Some(planned) = &self.settings else { return Vec::new() };
        let Some(now) = now.map(|now| seal.settings(now)) else { return vec!["routing".to_owned()] };
        let names = planned.keys().chain(now.keys().filter(|name| !planned.contains_key(*name)));
        names.filter(|name| planned.get(*name) != now.get(*name)).cloned().collect()
    }

    /// Whether calls that the carrier tells would have to be pointed to reach the platform.
    pub(super) fn may_be_pointed(&self) -> bool {
        let is_open = self.to.is_some() && self.cannot_point.is_none();
        is_open && !self.taken_over && self.reached != Reached::Platform
    }

    /// Where the calls go, in the words of a plan.
    pub(super) fn shown(&self) -> &str {
        self.to.as_deref().unwrap_or("unknown")
    }
}

/// Computes the digests of a carrier's settings, so that a plan tells whether a setting has changed and shows none. The
/// key is random and is part of the plan. Anyone who has the plan can try out values, so a plan is confidential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Seal(String);

impl Seal {
    pub(super) fn new() -> Self {
        // The standard library seeds it from the system.
        let word = |_| format!("{:016x}", RandomState::new().hash_one(std::time::SystemTime::now()));
        Self((0..4).map(word).collect())
    }

    fn settings(&self, routing: &Routing) -> BTreeMap<String, String> {
        let id = ("id".to_owned(), self.of("id", &routing.id));
        let settings = routing.settings.iter().map(|(name, value)| (name.clone(), self.of(name, value)));
        settings.chain([id]).collect()
    }

    fn of(&self, name: &str, value: &str) -> String {
        let mac = hmac_sha256::HMAC::mac(format!("{name}={value}"), &self.0);
        mac.iter().take(10).map(|byte| format!("{byte:02x}")).collect()
    }
}
