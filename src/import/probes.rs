//! Probes of trunks, as findings of preflights.

#[cfg(feature = "sip-probe")]
use futures_util::future::try_join_all;

use super::Importer;
use crate::error::Result;
use crate::model::Preflight;
#[cfg(feature = "sip-probe")]
use crate::model::{Finding, NumberSource, Reach, Severity};
#[cfg(feature = "sip-probe")]
use crate::probe::Prober;

/// What the probes of a run over many numbers found, of each carrier. Each trunk is probed once in a run.
#[derive(Default)]
pub(super) struct Probes {
    #[cfg(feature = "sip-probe")]
    found: tokio::sync::OnceCell<Vec<Vec<Finding>>>,
}

#[cfg(feature = "sip-probe")]
impl Probes {
    /// Adds what was found of the trunk that carries the number. The first number has all trunks probed, since one
    /// after the other would take long.
    pub(super) async fn add(&self, importer: &Importer, preflight: &mut Preflight) -> Result<()> {
        let Some(prober) = importer.prober.as_ref().filter(|_| !importer.skip_preflight) else { return Ok(()) };
        let Some(carrier) = carrier_to_probe(preflight) else { return Ok(()) };
        let networks = importer.platform.capabilities().networks;
        let probes = || try_join_all(importer.sources.iter().map(|source| probed(source, prober, networks)));
        let found = self.found.get_or_try_init(probes).await?;
        insert(preflight, found.get(carrier).into_iter().flatten().cloned());
        Ok(())
    }
}

#[cfg(feature = "sip-probe")]
impl Importer {
    /// Sets whether preflights of numbers on a [`SipTrunk`](crate::SipTrunk) probe the trunk. Defaults to `false`. What
    /// a probe finds becomes [`Finding::TrunkProbe`], a warning or a note: a platform may reach what this machine cannot.
    /// What needs no attention is left out. A note says which networks the trunk must allow, if the platform documents
    /// from where it calls ([`Finding::AllowNetworks`]).
    ///
    /// [`preflight`](Self::preflight) and [`import`](Self::import) probe the trunk of the number. A run over many
    /// numbers and a [`plan`](Self::plan) probe each of the importer's trunks once, all concurrently, with the first
    /// number. The [`probe`](crate::probe) module lists the limits. [`skip_preflight`](Self::skip_preflight) skips the
    /// probe too.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::model::Finding;
    /// use numport::{Importer, SipTrunk, Vapi};
    ///
    /// let trunk = SipTrunk::new("10.0.0.5").outbound_only().number("+14155552671".parse()?);
    /// let importer = Importer::new(trunk, Vapi::builder("key").build()?).probe_trunk(true);
    ///
    /// let preflight = importer.preflight(&"+14155552671".parse()?).await?;
    /// let probe = preflight.findings.iter().find(|finding| matches!(finding, Finding::TrunkProbe { .. }));
    /// assert_eq!(probe.map(Finding::code), Some("forbidden_target"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn probe_trunk(mut self, wanted: bool) -> Self {
        self.prober = wanted.then(|| self.prober.unwrap_or_default());
        self
    }

    /// Sets how trunks are probed, and that they are: see [`probe_trunk`](Self::probe_trunk).
    #[must_use]
    pub fn prober(mut self, prober: Prober) -> Self {
        self.prober = Some(prober);
        self
    }

    /// Adds what a probe of the trunk that carries the number finds.
    pub(super) async fn add_probe(&self, preflight: &mut Preflight) -> Result<()> {
        let Some(prober) = &self.prober else { return Ok(()) };
        let source = carrier_to_probe(preflight).and_then(|carrier| self.sources.get(carrier));
        let Some(source) = source else { return Ok(()) };
        let findings = probed(source, prober, self.platform.capabilities().networks).await?;
        insert(preflight, findings);
        Ok(())
    }
}

/// The carrier of a number that nothing keeps from being imported.
#[cfg(feature = "sip-probe")]
fn carrier_to_probe(preflight: &Preflight) -> Option<usize> {
    preflight.carrier.filter(|_| preflight.severity() != Some(Severity::Error))
}

#[cfg(feature = "sip-probe")]
async fn probed(source: &NumberSource, prober: &Prober, networks: &[&str]) -> Result<Vec<Finding>> {
    let Reach::Trunk(trunk) = &source.reach else { return Ok(Vec::new()) };
    let found = trunk.probe(prober).await?;
    let to_look_at = found.findings().iter().filter(|finding| finding.severity().is_some());
    let address = found.address.to_string();
    let probes = to_look_at.map(|probe| Finding::TrunkProbe { trunk: address.clone(), probe: probe.clone() });
    let networks = networks.iter().map(|&network| network.to_owned()).collect::<Vec<_>>();
    let to_allow = (!networks.is_empty()).then_some(Finding::AllowNetworks { networks });
    Ok(probes.chain(to_allow).collect())
}

#[cfg(feature = "sip-probe")]
fn insert(preflight: &mut Preflight, findings: impl IntoIterator<Item = Finding>) {
    preflight.findings.extend(findings);
    preflight.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
}

// Without the feature nothing is probed.
#[cfg(not(feature = "sip-probe"))]
impl Probes {
    #[allow(clippy::unused_async, reason = "it waits with the feature")]
    pub(super) async fn add(&self, _importer: &Importer, _preflight: &mut Preflight) -> Result<()> {
        Ok(())
    }
}

#[cfg(not(feature = "sip-probe"))]
impl Importer {
    #[allow(clippy::unused_async, reason = "it waits with the feature")]
    pub(super) async fn add_probe(&self, _preflight: &mut Preflight) -> Result<()> {
        Ok(())
    }
}
