//! Which trunk a number at Retell uses, and how it is moved to another one.

use super::client::{KIND, Retell};
use super::trunk;
use super::wire::{NumberType, PhoneNumber, TrunkConfig};
use crate::error::{CallError, CallFault, Delivery, Mismatch, Result, checked};
use crate::model::{
    NumberRecord, NumberSource, ProblemCode, Problems, ProviderKind, Reach, SipAddress, SipTrunk, SourcePart,
};
use crate::platform::answer::text;
use crate::platform::{RENEW, RenewedCredentials, SourceMatch};

/// What a number shows about its source: the trunk's host and user.
pub(super) fn compare(number: &PhoneNumber, source: &NumberSource) -> SourceMatch {
    let own = ProviderKind::SIP_TRUNK.as_str();
    let carrier = match &number.phone_number_type {
        Some(NumberType::Custom) | None => own,
        Some(other) => other.as_str(),
    };
    if carrier != source.carrier.as_str() {
        return SourceMatch::differs(SourcePart::Carrier, carrier, source.carrier.as_str());
    }
    let (Reach::Trunk(trunk), Some(config)) = (&source.reach, &number.sip_outbound_trunk_config) else {
        return SourceMatch::Unknown;
    };
    let Some(uses) = text(&config.termination_uri) else { return SourceMatch::Unknown };
    if !is_host_of(uses, trunk) {
        return SourceMatch::differs(SourcePart::Trunk, uses, trunk.host_text());
    }
    match (text(&config.auth_username), &trunk.credentials) {
        (Some(uses), Some((given, _))) => SourceMatch::of(SourcePart::Account, Some(uses), given),
        (None, None) => SourceMatch::Same,
        _ => SourceMatch::Unknown,
    }
}

/// Whether a stored address, which somebody else may have written with a scheme or a port, has the trunk's host.
fn is_host_of(stored: &str, trunk: &SipTrunk) -> bool {
    stored.parse::<SipAddress>().is_ok_and(|stored| trunk.host().is_ok_and(|host| *host == stored.host))
}

impl Retell {
    /// Updates the trunk of a number to a source that the capabilities support. A response that shows another trunk is an
    /// error.
    pub(super) async fn renew_number(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
    ) -> Result<RenewedCredentials> {
        let Reach::Trunk(trunk) = &source.reach else { return Ok(RenewedCredentials::unchanged()) };
        let shown = record.details.get::<PhoneNumber>();
        checked(KIND, RENEW, |problems| problems.within("source", |problems| check(shown, trunk, problems)))?;
        let updated = self.update_or_missing(&record.id, &trunk::update(trunk)).await?;
        match compare(&updated, source) {
            SourceMatch::Differs { uses, given, .. } => {
                let fault = CallFault::Mismatch(Mismatch::new(given, Some(&uses)));
                Err(Box::new(CallError::new(KIND.into(), RENEW, Delivery::Unknown, fault)).into())
            }
            _ => Ok(RenewedCredentials::record()),
        }
    }
}

fn check(shown: Option<&PhoneNumber>, trunk: &SipTrunk, problems: &mut Problems) {
    trunk::check(trunk, problems);
    match shown.and_then(|number| number.phone_number_type.as_ref()) {
        Some(NumberType::Custom) => {}
        Some(other) => problems.add(
            ProblemCode::Conflict,
            "",
            format!("is a SIP trunk, but the number was not imported from one (its type is {other})"),
            "no action is needed for a number that was bought from Retell",
        ),
        None => problems.add(
            ProblemCode::Conflict,
            "",
            "cannot be renewed: the record does not show whether the number was imported",
            "read the record again",
        ),
    }
    let user = |config: &TrunkConfig| text(&config.auth_username).is_some();
    let has_user = shown.and_then(|number| number.sip_outbound_trunk_config.as_ref()).is_some_and(user);
    if has_user && trunk.credentials.is_none() {
        let fault = "are missing, but the record has a user, which Retell cannot clear";
        problems.add(ProblemCode::Missing, "credentials", fault, "give the trunk's user and password");
    }
}
