//! The findings about a number at the carrier before an import.

use std::pin::pin;

use tracing::Instrument;

use super::Importer;
use super::held::HeldListing;
use super::log::{self, number_span};
use super::own_changes::is_target;
use crate::E164;
use crate::e164::Assignment;
use crate::error::Result;
use crate::model::{
    CallbackUrl, Calls, Finding, NumberSource, PlatformKind, Preflight, ProviderKind, Reach, Routing, Severity,
};
use crate::platform::Takeover;
use crate::provider::{HeldNumber, Holding, NumberProvider, Ownership, RoutingControl};

impl Importer {
    /// Looks a number up at the carrier, and returns its routing and the findings for or against an import. Changes
    /// nothing and does not ask the platform. It can also ask a SIP trunk whether it answers: see `probe_trunk`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::model::{Finding, Severity};
    /// use numport::{Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    ///
    /// let preflight = importer.preflight(&"+12025550143".parse()?).await?;
    /// assert_eq!(preflight.findings, [Finding::NotHeld]);
    /// assert_eq!(preflight.severity(), Some(Severity::Error));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any error of the lookup at the carrier. A finding is not an error here.
    pub async fn preflight(&self, number: &E164) -> Result<Preflight> {
        let span = number_span!("preflight", self, number);
        pin!(async {
            let result = self.preflight_probed(number).await;
            let code = |preflight: &Preflight| preflight.severity().map_or("clear", Severity::as_str);
            log::ended(&result, code, |_| None);
            if let Ok(preflight) = &result {
                log::findings(&preflight.findings);
            }
            result
        })
        .instrument(span)
        .await
    }

    pub(super) async fn preflight_probed(&self, number: &E164) -> Result<Preflight> {
        let mut preflight = self.preflight_unlogged(number).await?;
        self.add_probe(&mut preflight).await?;
        Ok(preflight)
    }

    /// Without a probe of the trunk.
    pub(super) async fn preflight_unlogged(&self, number: &E164) -> Result<Preflight> {
        let carriers = self.provider.carriers();
        let holding = self.holding(&carriers, number).await?;
        Ok(self.assess_holding(number, &carriers, &holding))
    }

    /// The same, with the lists of a run over many numbers.
    pub(super) async fn preflight_listed(&self, number: &E164, held: &HeldListing) -> Result<Preflight> {
        let holding = held.holding(self, number).await?;
        Ok(self.assess_holding(number, &self.provider.carriers(), &holding))
    }

    /// What the carriers' answers mean.
    pub(super) fn assess_holding(
        &self,
        number: &E164,
        carriers: &[&dyn NumberProvider],
        holding: &Holding,
    ) -> Preflight {
        let carrier = holding.carrier.map(|index| carriers[index]);
        let mut preflight = self.assess_at(number, &holding.ownership, carrier);
        preflight.carrier = holding.carrier;
        // Of several routings, one that leads to the platform is what counts; one that is not told may.
        let receives = |routing: &Routing| self.leads_here(&routing.calls);
        if !preflight.routing.as_ref().is_some_and(receives) {
            let routings = || holding.others.iter().map(|other| other.routing.as_ref());
            if let Some(here) = routings().flatten().find(|routing| receives(routing)) {
                preflight.routing = Some(here.clone());
            } else if routings().any(|routing| routing.is_none()) {
                preflight.routing = None;
            }
        }
        preflight.findings.extend(holding.findings.iter().cloned());
        preflight.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        preflight
    }

    /// Does the same for a number that was already looked up, for example by [`NumberProvider::list`]. Sends nothing.
    #[must_use]
    pub fn assess(&self, number: &E164, ownership: &Ownership) -> Preflight {
        let carriers = self.provider.carriers();
        self.assess_at(number, ownership, if let [carrier] = carriers[..] { Some(carrier) } else { None })
    }

    /// The same of a carrier, where it is clear which one it is.
    fn assess_at(&self, number: &E164, ownership: &Ownership, carrier: Option<&dyn NumberProvider>) -> Preflight {
        let kind = carrier.map_or_else(|| self.provider.kind(), NumberProvider::kind);
        let mut preflight = Preflight::nothing(*number, kind, self.platform.kind());
        let findings = &mut preflight.findings;
        match ownership {
            Ownership::Held(held) => {
                self.check_held(held, carrier, findings);
                preflight.routing.clone_from(&held.routing);
            }
            Ownership::HeldBySubaccount(held) => {
                findings.push(Finding::HeldBySubaccount { account: held.account.clone().unwrap_or_default() });
            }
            Ownership::NotHeld => findings.push(Finding::NotHeld),
            Ownership::NotVerifiable => findings.push(Finding::NotVerifiable),
        }
        if let Assignment::Unassigned { reason } = number.plan() {
            findings.push(Finding::Unassigned { reason });
        }
        if let Some(source) = carrier.map(NumberProvider::source) {
            findings.extend(unreachable(&source));
            let refused = self.source_problems(&source);
            if !refused.is_empty() {
                let reason = refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                findings.push(Finding::SourceRefused { reason });
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        preflight
    }

    /// A number that the carrier holds: can it take calls, and who gets them?
    fn check_held(&self, held: &HeldNumber, carrier: Option<&dyn NumberProvider>, findings: &mut Vec<Finding>) {
        if held.voice == Some(false) {
            findings.push(Finding::NoVoice);
        }
        if held.hosted {
            findings.push(Finding::Hosted);
        }
        findings.extend(held.unusual_status.clone().map(|status| Finding::Status { status }));
        let Some(routing) = &held.routing else { return };
        let source = carrier.map(NumberProvider::source);
        if self.takeover(source.as_ref()) == Takeover::Nothing {
            // Such a platform is reached by a trunk, an application or a SIP address, and never by a telephone.
            if let Calls::Forwarded(to) = &routing.calls {
                if !CallbackUrl::new(to).is_sip() {
                    findings.push(Finding::Forwarded { to: to.clone() });
                }
            }
            return;
        }
        let control = carrier.and_then(NumberProvider::routing).or_else(|| self.provider.routing());
        match &routing.calls {
            calls if self.leads_here(calls) => {}
            calls @ Calls::Trunk(trunk) => findings.push(match self.replaceable(calls) {
                Some(platform) => Finding::AnsweredBy { platform },
                None => Finding::OnTrunk { trunk: trunk.clone() },
            }),
            // Where it is what a platform replaces, it does not stand in the way.
            Calls::Application(_) if control.is_some_and(|control| is_attached(routing, control)) => {}
            Calls::Application(application) => {
                findings.push(Finding::OnApplication { application: application.clone() });
            }
            Calls::Forwarded(to) => findings.push(Finding::Forwarded { to: to.clone() }),
            calls => {
                findings.extend(self.answered_by(calls).map(|platform| Finding::AnsweredBy { platform }));
            }
        }
    }
}

/// Whether a platform takes a number over by what gets its calls now.
pub(super) fn is_attached(routing: &Routing, control: &dyn RoutingControl) -> bool {
    routing.settings.keys().any(|name| control.is_attachment(name) && is_target(routing, name))
}

/// A trunk that no platform in a cloud can reach.
fn unreachable(source: &NumberSource) -> Option<Finding> {
    let Reach::Trunk(trunk) = &source.reach else { return None };
    let host = trunk.host().ok()?;
    host.warning().map(|warning| Finding::Unreachable { host: host.to_string(), warning })
}

impl Preflight {
    /// With nothing found.
    pub(super) const fn nothing(number: E164, provider: ProviderKind, platform: PlatformKind) -> Self {
        Self { number, provider, platform, carrier: None, routing: None, findings: Vec::new() }
    }
}
