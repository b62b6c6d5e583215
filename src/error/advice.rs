//! What a user can do about a call that failed, or about steps that did.

use http::StatusCode;

use super::{CallError, CallFault, Delivery, Incomplete, Loss, Meaning, Step};

impl Incomplete {
    /// Whether a replacement failed. The same call cannot finish it, because the record that it names is removed.
    pub(super) const fn is_of_replacement(&self) -> bool {
        matches!(self.step, Step::Replace | Step::RollBack | Step::RestoreSettings)
    }

    pub(super) fn advice(&self) -> String {
        let next = match (self.step, &self.record) {
            (Step::RollBack, Some(_)) => {
                "The old source is in use, under a new id. Call `VoicePlatform::restore_settings` with \
                 `Replacement::settings` and this id, and plan the replacement again with valid credentials."
            }
            (Step::Replace | Step::RollBack, None) => {
                "The record was removed: import `Replacement::request` with valid credentials, and then call \
                 `VoicePlatform::restore_settings` with `Replacement::settings`."
            }
            (Step::Replace, Some(_)) => {
                "Import `Replacement::request` again in a minute. If the record is yours, then call \
                 `VoicePlatform::restore_settings` with `Replacement::settings`."
            }
            (Step::RestoreSettings, _) => {
                "Import `Replacement::request` again, which sets what is missing, and then call \
                 `VoicePlatform::restore_settings` with `Replacement::settings`."
            }
            _ if self.error.surely_not_done() => "Then run the same call again: it completes the remaining steps.",
            _ => "Run the same call again: it completes the remaining steps.",
        };
        let remedy = match &self.error {
            error if !error.surely_not_done() => None,
            // What else is wrong is said by the error itself, whose advice is about a call that has changed nothing.
            error if self.is_of_replacement() => error.call().map(CallError::remedy),
            error => Some(error.call().map_or_else(|| error.advice(), CallError::remedy)),
        };
        remedy.map_or_else(|| next.to_owned(), |remedy| format!("{remedy} {next}"))
    }
}

impl CallError {
    /// Returns what a user can do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        let unchanged = matches!(self.delivery, Delivery::NotSent | Delivery::Refused | Delivery::Read);
        if unchanged { format!("{} Nothing was changed.", self.remedy()) } else { self.remedy() }
    }

    /// What a user can do about it, whatever was done before this call.
    pub(super) fn remedy(&self) -> String {
        let service = self.service;
        let text = match (self.delivery, self.meaning()) {
            _ if matches!(self.fault, CallFault::Page(_)) => {
                "Report the list to the service. If it really is that long, raise the client's `list_limits`."
            }
            (_, Some(Meaning::Unauthorized)) => {
                return format!(
                    "Check the credentials for {service}: they must be complete, of the right kind, and of this account and region."
                );
            }
            (_, Some(Meaning::Forbidden)) => {
                return format!(
                    "Check that the credentials for {service} allow this, and that the resource is in the same account."
                );
            }
            (Delivery::Unknown, Some(Meaning::TooMany)) => {
                "Look up whether the request was carried out before you send it again, because a gateway may return 429 \
                 after the service carried it out; `Importer::import` does that. Set `requests_per_second` on the client."
            }
            (_, Some(Meaning::TooMany)) => "Set `requests_per_second` on the client.",
            (Delivery::NotSent, _) if self.lost() == Some(Loss::NotSigned) => {
                "Check the credentials that sign the requests."
            }
            (Delivery::NotSent, _) => {
                return format!("Check the network and {service}'s base URL.");
            }
            (_, Some(Meaning::Missing)) => "Check that the id exists in this account and region.",
            (_, Some(Meaning::Conflict)) => {
                "The resource exists already or is in use. Look it up, as another `Importer::import` does."
            }
            (Delivery::Unknown, _) => {
                "Look up whether the request was carried out before you send it again; `Importer::import` does that."
            }
            (Delivery::Read, _) => "Try again later.",
            (Delivery::Accepted, _) => {
                "The request was carried out. Read the result back instead of sending the request again."
            }
            (Delivery::Refused, _) if self.status == Some(StatusCode::PAYMENT_REQUIRED) => {
                "Check the balance and the plan of the account."
            }
            // It may be nothing that another value of the request would change.
            (Delivery::Refused, _) => {
                "Correct what the service's message names: in the request, in the account, or where the number is held."
            }
        };
        match self.retry_after {
            Some(wait) => format!("{text} The service asks you to wait {} s.", wait.as_secs()),
            None => text.to_owned(),
        }
    }
}
