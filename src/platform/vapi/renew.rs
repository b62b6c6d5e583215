//! Which source a number at Vapi uses, and how its credentials are updated to another one.
//!
//! A Twilio number has credentials of its own. Other numbers name a stored credential, which numbers share. Its secrets
//! are changed if it shows the source's own account; otherwise the number gets another credential.

use super::client::{KIND, Vapi};
use super::trunk;
use super::wire::{
    CreateSipTrunkCredential, Credential, PhoneNumber, Provider, UpdateByoNumber, UpdatePhoneNumber,
    UpdateTelnyxNumber, UpdateTwilioNumber, UpdateVonageCredential, UpdateVonageNumber,
};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Incomplete, Mismatch, NotFound, Result, Step, checked};
use crate::model::{
    AccountKey, CredentialId, Key, NumberRecord, NumberSource, ProblemCode, Problems, ProviderKind, Reach, SipTrunk,
    SourcePart,
};
use crate::platform::{RENEW, RenewalRun, RenewedCredentials, SourceMatch};
use crate::wire::Patch;

/// What a number shows about its source.
pub(super) fn compare(number: &PhoneNumber, source: &NumberSource) -> SourceMatch {
    let carrier = match SourceMatch::of(SourcePart::Carrier, carrier(number), source.carrier.as_str()) {
        SourceMatch::Same => SourceMatch::Unknown,
        other => return other,
    };
    match &source.reach {
        Reach::Account(given) if source.carrier == ProviderKind::TWILIO => {
            let account = SourceMatch::of(SourcePart::Account, number.twilio_account_sid.as_deref(), &given.account);
            let key = match &given.key {
                Key::Pair { id, .. } => SourceMatch::of(SourcePart::Key, number.twilio_api_key.as_deref(), id),
                Key::Token(_) => SourceMatch::Unknown,
            };
            match (account, key) {
                (SourceMatch::Same, differs @ SourceMatch::Differs { .. }) => differs,
                (account, _) => account,
            }
        }
        Reach::Stored(Some(id)) => {
            SourceMatch::of(SourcePart::Credential, number.credential_id.as_deref(), id.as_str())
        }
        _ => carrier,
    }
}

/// The carrier as a kind of this crate. Vapi's own numbers have none.
fn carrier(number: &PhoneNumber) -> Option<&str> {
    match number.provider.as_ref()? {
        Provider::Byo => Some(ProviderKind::SIP_TRUNK.as_str()),
        Provider::Twilio => Some(ProviderKind::TWILIO.as_str()),
        Provider::Vonage => Some(ProviderKind::VONAGE.as_str()),
        Provider::Telnyx => Some(ProviderKind::TELNYX.as_str()),
        Provider::Vapi => Some("vapi"),
        _ => None,
    }
}

impl Vapi {
    /// Updates the credentials of a number to a source that the capabilities support.
    pub(super) async fn renew_number(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        let shown = record.details.get::<PhoneNumber>();
        checked(KIND, RENEW, |problems| problems.within("source", |problems| check(shown, source, problems)))?;
        let uses = shown.and_then(|number| number.credential_id.as_deref()).filter(|id| !id.is_empty());
        let renewed = match &source.reach {
            Reach::Account(key) if source.carrier == ProviderKind::TWILIO => {
                self.change_number(record, source, with_twilio(key)).await?;
                return Ok(RenewedCredentials::record());
            }
            Reach::Account(key) => self.renew_vonage(uses, key, source, run).await?,
            Reach::Trunk(trunk) => self.renew_trunk(record, uses, trunk, source, run).await?,
            Reach::Stored(Some(id)) if uses == Some(id.as_str()) => return Ok(RenewedCredentials::unchanged()),
            Reach::Stored(Some(id)) => {
                self.change_number(record, source, with_credential(source.carrier, id)).await?;
                return Ok(RenewedCredentials::record());
            }
            _ => return Ok(RenewedCredentials::unchanged()),
        };
        let is_another = uses != Some(renewed.as_str());
        if is_another {
            let changed = self.change_number(record, source, with_credential(source.carrier, &renewed)).await;
            changed.map_err(|error| broken(record, error))?;
        }
        Ok(RenewedCredentials { record: is_another, credential: Some(renewed) })
    }

    /// Updates the number. A response that shows another source than the one that was sent is an error.
    async fn change_number(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        update: impl Into<UpdatePhoneNumber>,
    ) -> Result<()> {
        let updated = self.update_number(record.id.as_str(), update).await;
        let updated = updated.map_err(|error| NotFound::or(error, KIND, &record.id))?;
        match compare(&updated, source) {
            SourceMatch::Differs { uses, given, .. } => {
                let fault = CallFault::Mismatch(Mismatch::new(given, Some(&uses)));
                Err(Box::new(CallError::new(KIND.into(), RENEW, Delivery::Unknown, fault)).into())
            }
            _ => Ok(()),
        }
    }

    /// The credential for numbers that used this one, with the trunk's login and addresses: the same one if it shows
    /// this trunk, else another one.
    async fn renew_trunk(
        &self,
        record: &NumberRecord,
        uses: Option<&str>,
        trunk: &SipTrunk,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<CredentialId> {
        let wanted = trunk::credential(trunk);
        let uses = CredentialId::new(uses.unwrap_or_default());
        let number = record.number.telephone();
        let renewed = run.once(&uses, source, self.renew_or_replace(&uses, number, source, &wanted)).await?;
        if renewed == uses {
            return Ok(renewed);
        }
        // An existing credential may have an old password.
        let bring = async {
            match self.bring_trunk(&renewed, &wanted).await? {
                true => Ok(renewed.clone()),
                false => Err(not_of_trunk(&renewed)),
            }
        };
        run.once(&renewed, source, bring).await.map_err(|error| broken(record, error))
    }

    async fn renew_or_replace(
        &self,
        id: &CredentialId,
        number: Option<E164>,
        source: &NumberSource,
        wanted: &CreateSipTrunkCredential,
    ) -> Result<CredentialId> {
        if !id.as_str().is_empty() && self.bring_trunk(id, wanted).await? {
            return Ok(id.clone());
        }
        let other = self.credentials.get_or_make(source, number, self.trunk_credential(wanted.clone())).await?.id;
        if other == *id { Err(not_of_trunk(id)) } else { Ok(other) }
    }

    /// Updates a credential to the trunk's login and addresses. Returns false if it does not exist, or does not show this
    /// trunk: then the numbers of another trunk use it, and it stays unchanged.
    async fn bring_trunk(&self, id: &CredentialId, wanted: &CreateSipTrunkCredential) -> Result<bool> {
        let there = match self.get_credential(id.as_str()).await {
            Ok(Credential::SipTrunk(there)) if wanted.is_same_trunk(&there) => there,
            Ok(Credential::SipTrunk(_)) => return Ok(false),
            Ok(_) => return Err(not_of_trunk(id)),
            Err(error) if error.is_not_found() => return Ok(false),
            Err(error) => return Err(error),
        };
        self.update_credential(id.as_str(), wanted.as_update_of(&there)).await?;
        Ok(true)
    }

    /// Changes the key of the Vonage credential if it shows the same account: Vonage's key is its account.
    async fn renew_vonage(
        &self,
        uses: Option<&str>,
        account: &AccountKey,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<CredentialId> {
        let uses = CredentialId::new(uses.unwrap_or_default());
        let renew = async {
            let there = self.get_credential(uses.as_str()).await?;
            let shown = match &there {
                Credential::Vonage(there) => there.api_key.as_deref(),
                _ => None,
            };
            checked(KIND, RENEW, |problems| {
                problems.within("source", |problems| {
                    if shown != Some(account.account.as_str()) {
                        let fault = format!("belongs to another account than the number's credential {uses}");
                        problems.add(
                            ProblemCode::Mismatch,
                            "account",
                            fault,
                            "create a credential for that account in the dashboard, and give its id",
                        );
                    }
                });
            })?;
            if let Key::Token(secret) = &account.key {
                let update = UpdateVonageCredential::new().api_key(account.account.clone()).api_secret(secret.clone());
                self.update_credential(uses.as_str(), update).await?;
            }
            Ok(uses.clone())
        };
        run.once(&uses, source, renew).await
    }
}

/// The error of a renewal after another credential was created or changed.
fn broken(record: &NumberRecord, error: Error) -> Error {
    Box::new(Incomplete::imported(record.clone(), Step::Renew, error)).into()
}

/// What Vapi returned about a credential is inconsistent, so the credential is not changed.
fn not_of_trunk(id: &CredentialId) -> Error {
    let mismatch = Mismatch::new("a SIP trunk of the source", Some(id.as_str()));
    Box::new(CallError::new(KIND.into(), RENEW, Delivery::Read, CallFault::Mismatch(mismatch))).into()
}

/// The problems that the number shows.
fn check(number: Option<&PhoneNumber>, source: &NumberSource, problems: &mut Problems) {
    match &source.reach {
        Reach::Trunk(trunk) => trunk::check(trunk, problems),
        Reach::Stored(Some(id)) => problems.uuid("credential", id.as_str()),
        _ => {}
    }
    let uses = number.and_then(carrier);
    if uses != Some(source.carrier.as_str()) {
        let uses = uses.map_or("does not show its carrier".to_owned(), |uses| format!("uses {uses}"));
        let fault = format!("is {}, but the record {uses}", source.carrier);
        problems.add(
            ProblemCode::Mismatch,
            "",
            fault,
            "give a source of the record's carrier, or remove the record and import the number",
        );
    }
    let is_vonage = source.carrier == ProviderKind::VONAGE && matches!(source.reach, Reach::Account(_));
    if is_vonage && number.is_none_or(|number| number.credential_id.is_none()) {
        problems.add(
            ProblemCode::Missing,
            "",
            "cannot be renewed, because the record does not show which credential it uses",
            "change it in Vapi's dashboard",
        );
    }
}

/// A token takes precedence over an API key, so the key is cleared.
fn with_twilio(account: &AccountKey) -> UpdateTwilioNumber {
    let update = UpdateTwilioNumber::new().twilio_account_sid(account.account.clone());
    match &account.key {
        Key::Token(token) => update.twilio_auth_token(token.clone()),
        Key::Pair { id, secret } => {
            update.twilio_auth_token(Patch::Clear).twilio_api_key(id.clone()).twilio_api_secret(secret.clone())
        }
    }
}

fn with_credential(carrier: ProviderKind, id: &CredentialId) -> UpdatePhoneNumber {
    let id = id.as_str().to_owned();
    match carrier {
        ProviderKind::TELNYX => UpdateTelnyxNumber::new().credential_id(id).into(),
        ProviderKind::VONAGE => UpdateVonageNumber::new().credential_id(id).into(),
        _ => UpdateByoNumber::new().credential_id(id).into(),
    }
}
