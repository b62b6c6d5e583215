//! Pointing a number's calls at the platform.

use std::fmt;

use super::memory::Changing;
use super::own_changes::is_target;
use super::{Imported, Importer};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Mismatch, Result};
use crate::model::{CallbackUrl, Calls, Finding, Reached, Routing};
use crate::platform::Takeover;
use crate::provider::RoutingControl;

impl Imported {
    /// Its calls reach the platform after all.
    fn arrived(&mut self) {
        self.reached = Reached::Platform;
        self.findings.retain(|finding| !matches!(finding, Finding::CallsStay { .. } | Finding::NotTakenOver { .. }));
    }
}

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
        // The platform may have set addresses of its own, beside a trunk that gets the calls all the same.
        let takeover = self.platform.capabilities().takeover;
        let now = match control.snapshot(number).await {
            Ok(Some(now)) if self.left_by_import(before, &now, takeover) == now.settings => now,
            Ok(_) => {
                let reason = "the carrier's settings changed in the meantime".to_owned();
                return imported.findings.push(Finding::NotPointed { reason });
            }
            Err(error) => return imported.findings.push(failed(error)),
        };
        if self.leads_here(&now.calls) {
            imported.arrived();
            let left = self.left_by_import(before, &now, takeover);
            imported.routing_before.get_or_insert_with(|| before.clone()).replaced_by = Some(left);
            return;
        }
        match self.point(control, &now, address).await {
            Ok(after) => {
                imported.arrived();
                let kept = imported.routing_before.get_or_insert(now);
                let mut left = self.left_by_import(kept, &after, Takeover::Nothing);
                // What gets the calls now, and what got them before, was changed by this.
                let is_pointed = |name: &String| is_target(&after, name) || is_target(kept, name);
                let pointed = after.settings.iter().filter(|(name, _)| is_pointed(name));
                left.extend(pointed.map(|(name, value)| (name.clone(), value.clone())));
                kept.replaced_by = Some(left);
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
        let after = after_change(control, &now.number).await?;
        match after {
            Some(after) if is_at(control, &after.calls, address).await.map_err(unsure)? => Ok(after),
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

/// Whether these calls go to this address: a server, or a SIP address that they are forwarded to, or to whose host alone a
/// trunk sends them.
pub(super) async fn is_at(control: &dyn RoutingControl, calls: &Calls, address: &CallbackUrl) -> Result<bool> {
    Ok(match (calls, address.sip_host()) {
        (Calls::Url(url), _) => url == address,
        (Calls::Forwarded(to), _) => to == address.as_str(),
        (Calls::Trunk(trunk), Some(host)) => CallbackUrl::all_at(&control.trunk_addresses(trunk).await?, &host),
        _ => false,
    })
}

/// Reads the routing again after it was changed. A read that fails leaves open whether it was.
pub(super) async fn after_change(control: &dyn RoutingControl, number: &E164) -> Result<Option<Routing>> {
    control.snapshot(number).await.map_err(unsure)
}

/// The error of a read after a change, which is not undone by it.
pub(super) fn unsure(error: Error) -> Error {
    match error {
        Error::Call(mut call) => {
            call.delivery = Delivery::Unknown;
            Error::Call(call)
        }
        error => error,
    }
}
