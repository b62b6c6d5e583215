//! What a user can do about a call that failed.

use super::{CallError, CallFault, Delivery, Loss, Meaning};

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
                "Report the list to the service, unless it is really longer than the client's `list_limits`."
            }
            (_, Some(Meaning::Unauthorized)) => {
                return format!(
                    "Check the credentials for {service}: that they are whole, of the right kind, and of this account and region."
                );
            }
            (_, Some(Meaning::Forbidden)) => {
                return format!(
                    "Check that the credentials for {service} may do this, and that the thing is of the same account."
                );
            }
            (Delivery::Unknown, Some(Meaning::TooMany)) => {
                "Look up whether it was done before sending it again, since a gateway may answer 429 after the service \
                 has carried it out; `Importer::import` does that. Set `requests_per_second` on the client."
            }
            (_, Some(Meaning::TooMany)) => "Set `requests_per_second` on the client.",
            (Delivery::NotSent, _) if self.lost() == Some(Loss::NotSigned) => {
                "Check the credentials that requests are signed with."
            }
            (Delivery::NotSent, _) => {
                return format!("Check the network and {service}'s base URL.");
            }
            (_, Some(Meaning::Missing)) => "Check the id, and that it is of this account and region.",
            (_, Some(Meaning::Conflict)) => {
                "It exists already or is in use: look it up, as another `Importer::import` does."
            }
            (Delivery::Unknown, _) => {
                "Look up whether it was done before sending it again; `Importer::import` does that."
            }
            (Delivery::Read, _) => "Try again later.",
            (Delivery::Accepted, _) => "It was done; read it back instead of sending it again.",
            (Delivery::Refused, _) => "Correct what the service names.",
        };
        match self.retry_after {
            Some(wait) => format!("{text} The service asks to wait for {} s.", wait.as_secs()),
            None => text.to_owned(),
        }
    }
}
