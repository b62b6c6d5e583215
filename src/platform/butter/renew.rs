//! Which integration a number at Butter uses, and how it is changed.
//!
//! Butter shows the integration of a number only in the response to its import, and lists no integrations. So a client
//! knows only the numbers that it imported itself, and what [`Butter::use_integration`] sets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::client::{Butter, KIND};
use super::wire::{ImportedNumber, IntegrationCredentials, Provider, TwilioIntegration, UpdateIntegration};
use crate::error::{Result, checked};
use crate::model::{
    AccountKey, CredentialId, Key, NumberId, NumberRecord, NumberSource, ProblemCode, Problems, ProviderKind, Reach,
    SourcePart,
};
use crate::platform::credentials::Made;
use crate::platform::{RENEW, RenewalRun, RenewedCredentials, SourceMatch};

/// What a client and its clones know about integrations.
#[derive(Clone, Debug, Default)]
pub(super) struct Integrations(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// The accounts of integrations that were created here or set by the user.
    accounts: HashMap<CredentialId, String>,
    /// The integrations that the user set, by account: every number of the account uses it.
    told: HashMap<String, CredentialId>,
    /// The integrations of the numbers that were imported here.
    numbers: HashMap<NumberId, CredentialId>,
}

impl Integrations {
    pub(super) fn made(&self, id: &CredentialId, account: &str) {
        self.known().accounts.insert(id.clone(), account.to_owned());
    }

    pub(super) fn imported(&self, number: &ImportedNumber, id: &CredentialId) {
        self.known().numbers.insert(number.phone_number_id.as_str().into(), id.clone());
    }

    /// The integration that the user set for an account.
    pub(super) fn told(&self, account: &str) -> Option<CredentialId> {
        self.known().told.get(account).cloned()
    }

    /// The integration of a number, if it is known.
    fn of_number(&self, record: &NumberRecord) -> Option<CredentialId> {
        let shown = record.details.get::<ImportedNumber>().and_then(|number| number.integration_id.as_deref());
        shown.map(CredentialId::new).or_else(|| self.known().numbers.get(&record.id).cloned())
    }

    /// The integration of a number of this account, or why it is unknown.
    fn of_account(&self, record: &NumberRecord, account: &str) -> Result<CredentialId, String> {
        let Some(id) = self.of_number(record) else {
            let unknown = "is unknown for this number: Butter does not show it";
            return self.told(account).ok_or_else(|| unknown.to_owned());
        };
        match self.known().accounts.get(&id).map(String::as_str) {
            Some(of) if of == account => Ok(id),
            Some(of) => Err(format!("is {id}, which belongs to account {of}, and other numbers may use it")),
            None => Err(format!("is {id}, and its account is unknown")),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Butter {
    /// Sets the integration that all numbers of a Twilio account use, for this client and its clones, because Butter does
    /// not show it. From now on imports from the account use it, and
    /// [`Importer::renew`](crate::Importer::renew) changes it. Without it, a client can renew only the numbers that it
    /// imported itself.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::sandbox::Sandbox;
    /// use numport::{Butter, ImportRequest, Importer, Twilio};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let number = "+14155552671".parse()?;
    /// let imported = Importer::new(Twilio::from_vars(vars)?, Butter::from_vars(vars)?)
    ///     .import(ImportRequest::new(number))
    ///     .await?;
    /// let shown = imported.record.details.get::<numport::platform::butter::ImportedNumber>();
    /// let integration = shown.and_then(|number| number.integration_id.clone()).ok_or("Butter tells it once")?;
    ///
    /// // Weeks later, in another process:
    /// let twilio = Twilio::from_vars(vars)?;
    /// let butter = Butter::from_vars(vars)?;
    /// butter.use_integration(sandbox.twilio().account_sid(), integration.as_str());
    /// let renewed = Importer::new(twilio, butter).renew(&number).await?;
    /// assert_eq!(renewed.credentials.credential, Some(integration.into()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn use_integration(&self, account_sid: impl Into<String>, id: impl Into<CredentialId>) {
        let (account, id) = (account_sid.into(), id.into());
        let mut known = self.known.known();
        known.accounts.insert(id.clone(), account.clone());
        known.told.insert(account, id);
    }

    /// What a record shows about its source.
    pub(super) fn compare(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        match SourceMatch::of(SourcePart::Carrier, carrier(record), source.carrier.as_str()) {
            SourceMatch::Same => {}
            other => return other,
        }
        let Some(uses) = self.known.of_number(record) else { return SourceMatch::Unknown };
        match &source.reach {
            Reach::Account(given) => {
                let account = self.known.known().accounts.get(&uses).cloned();
                SourceMatch::of(SourcePart::Account, account.as_deref(), &given.account)
            }
            Reach::Stored(Some(given)) => SourceMatch::of(SourcePart::Credential, Some(uses.as_str()), given.as_str()),
            _ => SourceMatch::Unknown,
        }
    }

    /// Updates the token of the integration that a number uses.
    pub(super) async fn renew_integration(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        let mut found = None;
        checked(KIND, RENEW, |problems| {
            problems.within("source", |problems| found = self.find_integration(record, source, problems));
        })?;
        let Some((id, account, update)) = found else { return Ok(RenewedCredentials::unchanged()) };
        let renew = async {
            self.update_integration(id.as_str(), &update).await?;
            // Later imports with the new token share it.
            self.integrations.remember(account, Made { id: id.clone(), own: false }).await;
            Ok(id.clone())
        };
        run.once(&id, source, renew).await.map(RenewedCredentials::credential)
    }

    fn find_integration<'a>(
        &self,
        record: &NumberRecord,
        source: &'a NumberSource,
        problems: &mut Problems,
    ) -> Option<(CredentialId, &'a AccountKey, UpdateIntegration)> {
        let Reach::Account(account) = &source.reach else { return None };
        let Key::Token(token) = &account.key else { return None };
        let uses = carrier(record);
        if uses != Some(source.carrier.as_str()) {
            let uses = uses.map_or("does not show its carrier".to_owned(), |uses| format!("uses {uses}"));
            problems.add(
                ProblemCode::Mismatch,
                "",
                format!("is {}, but the record {uses}", source.carrier),
                "use the record's own carrier",
            );
            return None;
        }
        match self.known.of_account(record, &account.account) {
            Ok(id) => {
                let credentials = TwilioIntegration::new(account.account.as_str(), token.clone());
                Some((id, account, UpdateIntegration::new().credentials(IntegrationCredentials::from(credentials))))
            }
            Err(fault) => {
                let remedy = "set the account's integration with `Butter::use_integration`, \
                    or change it in the platform's dashboard";
                problems.add(ProblemCode::Missing, "integration", fault, remedy);
                None
            }
        }
    }
}

/// The carrier as a kind of this crate.
fn carrier(record: &NumberRecord) -> Option<&str> {
    let uses = record.carrier.as_deref()?;
    Some(match uses {
        _ if uses == Provider::Sip.as_str() => ProviderKind::SIP_TRUNK.as_str(),
        _ => uses,
    })
}
