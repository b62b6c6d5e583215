//! The links to Twilio accounts: one for each account and region, shared by all its numbers.

use super::client::{Cartesia, KIND};
use super::wire::{
    CreateTwilioProvider, ListNumbers, ListProviders, NumberProvider, PhoneNumber, Provider, ProviderRef, ProviderType,
    Region, UpdateNumber, UpdateTwilioProvider,
};
use crate::error::{CallError, CallFault, Delivery, Mismatch, NotFound, Result, checked};
use crate::model::{
    AccountKey, CredentialId, Key, NumberRecord, NumberSource, ProblemCode, Problems, ProviderKind, Reach, SourcePart,
};
use crate::platform::answer::text;
use crate::platform::credentials::Made;
use crate::platform::{RENEW, RenewalRun, RenewedCredentials, SourceMatch};

/// Whether a linked Twilio account holds the number, so that it stays there after a removal. Some documented responses omit
/// the type; of an unknown type, or without any provider, the number may be Cartesia's own.
pub(super) fn is_of_twilio(number: &PhoneNumber) -> bool {
    number.provider.as_ref().is_some_and(|provider| match &provider.kind {
        Some(kind) => *kind == ProviderType::Twilio,
        None => text(&provider.account_sid).is_some(),
    })
}

/// The provider of a number of Twilio.
pub(super) fn linked(number: &PhoneNumber) -> Option<&NumberProvider> {
    number.provider.as_ref().filter(|_| is_of_twilio(number))
}

/// Whether a shown SID may be this one: `SK` and 32 hexadecimal digits. Which part of it is masked, and by which characters,
/// is not documented.
fn may_be_key(shown: &str, sid: &str) -> bool {
    let (shown, sid) = match (shown.strip_prefix("SK"), sid.strip_prefix("SK")) {
        (Some(shown), Some(sid)) => (shown, sid),
        _ => (shown, sid),
    };
    let masks = |letter: char| !letter.is_ascii_hexdigit();
    match (shown.find(masks), shown.rfind(masks)) {
        (Some(first), Some(last)) => {
            let end = shown[last..].trim_start_matches(masks);
            sid.len() >= first + end.len() && sid.starts_with(&shown[..first]) && sid.ends_with(end)
        }
        _ => shown == sid,
    }
}

fn compare_key(shown: Option<&str>, given: &str) -> SourceMatch {
    match shown.filter(|shown| !shown.is_empty()) {
        None => SourceMatch::Unknown,
        Some(shown) if may_be_key(shown, given) => SourceMatch::Same,
        Some(shown) => SourceMatch::differs(SourcePart::Key, shown, given),
    }
}

impl Cartesia {
    /// What a number shows about its source.
    pub(super) fn compare(&self, number: &PhoneNumber, source: &NumberSource) -> SourceMatch {
        let Some(uses) = linked(number) else {
            let uses = number.provider.as_ref().and_then(|provider| provider.kind.as_ref());
            return SourceMatch::of(SourcePart::Carrier, uses.map(ProviderType::as_str), source.carrier.as_str());
        };
        if source.carrier != ProviderKind::TWILIO {
            return SourceMatch::differs(SourcePart::Carrier, ProviderKind::TWILIO.as_str(), source.carrier.as_str());
        }
        match &source.reach {
            Reach::Account(given) => {
                let account = SourceMatch::of(SourcePart::Account, uses.account_sid.as_deref(), &given.account);
                match (account, self.compare_used_key(uses, &given.key)) {
                    (SourceMatch::Same, differs @ SourceMatch::Differs { .. }) => differs,
                    (account, _) => account,
                }
            }
            Reach::Stored(Some(id)) => SourceMatch::of(SourcePart::Credential, uses.id.as_deref(), id.as_str()),
            _ => SourceMatch::Unknown,
        }
    }

    /// A key belongs to one region.
    fn compare_used_key(&self, uses: &NumberProvider, given: &Key) -> SourceMatch {
        let Key::Pair { id, .. } = given else { return SourceMatch::Unknown };
        match uses.region.as_ref().filter(|region| **region != self.region) {
            Some(region) => {
                let of = |id: &str, region: &Region| format!("{id} of the region {region}");
                let shown = uses.api_key_sid.as_deref().unwrap_or("a key");
                SourceMatch::differs(SourcePart::Key, of(shown, region), of(id, &self.region))
            }
            None => compare_key(uses.api_key_sid.as_deref(), id),
        }
    }

    /// The link of the account: one that is there, with the key that it has, or a new one.
    pub(super) async fn link(&self, account: &str, create: CreateTwilioProvider) -> Result<Made> {
        if let Some(id) = self.find_link(account).await? {
            return Ok(Made { id, own: false });
        }
        let error = match self.create_provider(create).await {
            Ok(made) => return Ok(Made { id: CredentialId::new(made.id), own: true }),
            Err(error) => error,
        };
        // Refused, it may be there by now; without a response it may be this one's or another's.
        match self.find_link(account).await {
            Ok(Some(id)) => Ok(Made { id, own: false }),
            _ => Err(error),
        }
    }

    /// The link of an account in the region.
    async fn find_link(&self, account: &str) -> Result<Option<CredentialId>> {
        let list = ListProviders::new().kind(ProviderType::Twilio).account_sid(account);
        let is_it = |provider: &Provider| {
            !provider.id.is_empty()
                && provider.account_sid.as_deref() == Some(account)
                && provider.region.as_ref() == Some(&self.region)
        };
        Ok(self.list_providers(&list).await?.into_iter().find(is_it).map(|provider| CredentialId::new(provider.id)))
    }

    /// Removes a link, unless a number uses it meanwhile. Whether Cartesia would refuse that is not documented. Returns
    /// whether it is gone.
    pub(super) async fn remove_unused(&self, id: CredentialId) -> Result<bool> {
        let used = self.list_numbers(&ListNumbers::new().provider_id(id.as_str()).limit(1)).await?;
        if !used.data.is_empty() || used.has_more != Some(false) {
            return Ok(false);
        }
        match self.delete_provider(id.as_str()).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(true),
        }
    }

    /// Updates the key of the link that a number uses, or gives the number another link.
    pub(super) async fn renew_number(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        let shown = record.details.get::<PhoneNumber>().and_then(linked);
        let uses = shown.and_then(|uses| text(&uses.id)).map(CredentialId::new);
        checked(KIND, RENEW, |problems| {
            problems.within("source", |problems| check_used(shown, uses.as_ref(), source, problems));
        })?;
        match (&source.reach, uses) {
            (Reach::Account(account), Some(id)) => {
                let renewed = run.once(&id, source, self.renew_link(&id, account)).await?;
                Ok(RenewedCredentials::credential(renewed))
            }
            (Reach::Stored(Some(given)), Some(id)) if *given != id => {
                let update = UpdateNumber::new().provider(ProviderRef::id(given.as_str()));
                let updated = self.update_number(record.id.as_str(), &update).await;
                let updated = updated.map_err(|error| NotFound::or(error, KIND, &record.id))?;
                confirm(self.compare(&updated, source))?;
                Ok(RenewedCredentials::record())
            }
            _ => Ok(RenewedCredentials::unchanged()),
        }
    }

    /// The link is read first: numbers of other accounts and regions must not get this key.
    async fn renew_link(&self, id: &CredentialId, account: &AccountKey) -> Result<CredentialId> {
        let Key::Pair { id: key, secret } = &account.key else { return Ok(id.clone()) };
        let there = self.get_provider(id.as_str()).await?;
        checked(KIND, RENEW, |problems| {
            problems.within("source", |problems| self.check_link(&there, account, problems));
        })?;
        // Without a region, Cartesia may fall back to its default.
        let update = UpdateTwilioProvider::new()
            .api_key_sid(key.as_str())
            .api_key_secret(secret.clone())
            .region(self.region.clone());
        let updated = self.update_provider(id.as_str(), update).await?;
        confirm(compare_key(updated.api_key_sid.as_deref(), key))?;
        // Later imports with the new key share it.
        self.links.remember(account, Made { id: id.clone(), own: false }).await;
        Ok(id.clone())
    }

    fn check_link(&self, there: &Provider, account: &AccountKey, problems: &mut Problems) {
        if there.account_sid.as_deref() != Some(account.account.as_str()) {
            let shown = there.account_sid.as_deref().unwrap_or("an unknown account");
            let fault = format!("is {}, but the number's link {} is of {shown}", account.account, there.id);
            let remedy = "link that account in the dashboard, and give the link's id";
            problems.add(ProblemCode::Mismatch, "account_sid", fault, remedy);
        }
        if there.region.as_ref() != Some(&self.region) {
            let region = there.region.as_ref().map_or("an unknown region", Region::as_str);
            let fault = format!("is {}, but the number's link {} is of {region}", self.region, there.id);
            let remedy = "create a key in the link's region, and set the region with `twilio_region`";
            problems.add(ProblemCode::Mismatch, "region", fault, remedy);
        }
    }
}

/// A response that shows another source than the one that was sent is an error.
fn confirm(found: SourceMatch) -> Result<()> {
    match found {
        SourceMatch::Differs { uses, given, .. } => {
            let fault = CallFault::Mismatch(Mismatch::new(given, Some(&uses)));
            Err(Box::new(CallError::new(KIND.into(), RENEW, Delivery::Unknown, fault)).into())
        }
        _ => Ok(()),
    }
}

/// The problems that the number shows.
fn check_used(
    shown: Option<&NumberProvider>,
    uses: Option<&CredentialId>,
    source: &NumberSource,
    problems: &mut Problems,
) {
    if shown.is_none() {
        let fault = format!("is {}, but the record does not show a linked account", source.carrier);
        let remedy = "remove the record and import the number, if it is one of Twilio";
        problems.add(ProblemCode::Mismatch, "", fault, remedy);
    } else if uses.is_none() {
        let fault = "cannot be renewed, because the record does not show which linked account it uses";
        problems.add(ProblemCode::Missing, "", fault, "change it in Cartesia's dashboard");
    }
    if let (Reach::Account(given), Some(sid)) = (&source.reach, shown.and_then(|shown| text(&shown.account_sid))) {
        if sid != given.account {
            let fault = format!("is {}, but the record uses {sid}", given.account);
            problems.add(ProblemCode::Mismatch, "account_sid", fault, "give a key of the record's own account");
        }
    }
}
