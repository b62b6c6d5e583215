//! Pointing a number's calls at the platform.

use std::fmt;

use super::memory::Changing;
use super::{Imported, Importer};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Mismatch, Result};
use crate::model::{CallbackUrl, Calls, Finding, Reached, Routing};
use crate::platform::Takeover;
use crate::provider::RoutingControl;

impl Importer {
    /// Points the calls of a number that was imported, as long as its carrier has changed nothing meanwhile. If that
    /// fails, the number is imported all the same, and a finding says so.
    pub(super) async fn point_imported(
        &self,
        imported: &mut Imported,
        number: &E164,
        before: Option<&Routing>,
        address: &CallbackUrl,
    ) {
        let failed = |error: Error| Finding::NotPointed { reason: error.to_string() };
        let (Some(control), Some(before)) = (self.provider.routing(), before) else { return };
        let now = match control.snapshot(number).await {
            Ok(Some(now)) if now.settings == before.settings => now,
            Ok(_) => {
                let reason = "the carrier's settings changed in the meantime".to_owned();
                return imported.findings.push(Finding::NotPointed { reason });
            }
            Err(error) => return imported.findings.push(failed(error)),
        };
        match self.point(control, &now, address).await {
            Ok(after) => {
                imported.reached = Reached::Platform;
                imported
                    .findings
                    .retain(|finding| !matches!(finding, Finding::CallsStay { .. } | Finding::NotTakenOver { .. }));
                let kept = imported.routing_before.get_or_insert(now);
                kept.replaced_by = Some(self.left_by_import(kept, &after, Takeover::Nothing));
            }
            Err(error) => imported.findings.push(failed(error)),
        }
    }

    /// Points a number's calls at the platform, and reads them again.
    pub(super) async fn point(
        &self,
        control: &dyn RoutingControl,
        now: &Routing,
        address: &CallbackUrl,
    ) -> Result<Routing> {
        let _changing = Changing::begin(self.account, &now.number);
        control.point(now, address).await?;
        match after_change(control, &now.number).await? {
            Some(after) if is_at(&after.calls, address) => Ok(after),
            after => {
                let found = after.map_or_else(|| "nothing".to_owned(), |after| after.calls.to_string());
                Err(self.not_pointed(address, &found))
            }
        }
    }

    /// The error of calls that do not go to this address though they should.
    pub(super) fn not_pointed(&self, address: impl fmt::Display, found: &str) -> Error {
        let fault = CallFault::Mismatch(Mismatch::new(address, Some(found)));
        Box::new(CallError::new(self.provider.kind().into(), "point calls", Delivery::Unknown, fault)).into()
    }
}

/// Whether these calls go to this address: a server, or a SIP address that they are forwarded to.
pub(super) fn is_at(calls: &Calls, address: &CallbackUrl) -> bool {
    match calls {
        Calls::Url(url) => url == address,
        Calls::Forwarded(to) => to == address.as_str(),
        _ => false,
    }
}

/// Reads the routing again after it was changed. A read that fails leaves open whether it was.
pub(super) async fn after_change(control: &dyn RoutingControl, number: &E164) -> Result<Option<Routing>> {
    control.snapshot(number).await.map_err(|error| match error {
        Error::Call(mut call) => {
            call.delivery = Delivery::Unknown;
            Error::Call(call)
        }
        error => error,
    })
}
