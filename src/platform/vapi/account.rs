//! The stored credentials of accounts at Telnyx and Vonage.

use super::client::{KIND, Vapi};
use super::wire::{CreateVonageCredential, Credential, LIMIT_MAX, ListFilter};
use crate::error::{Result, checked};
use crate::model::{AccountKey, CredentialId, Key, ProblemCode, ProviderKind};
use crate::platform::credentials::Made;

impl Vapi {
    /// The stored credential of an account: one that is there, or of Vonage a new one.
    pub(super) async fn account_credential(&self, carrier: ProviderKind, account: &AccountKey) -> Result<Made> {
        if carrier == ProviderKind::TELNYX {
            let id = self.only_telnyx_credential().await?;
            return Ok(Made { id, own: false });
        }
        if let Some(id) = self.find_vonage(&account.account).await? {
            return Ok(Made { id, own: false });
        }
        let (Key::Token(secret) | Key::Pair { secret, .. }) = &account.key;
        let create = CreateVonageCredential::new(account.account.as_str(), secret.clone());
        let made = self.create_credential(create.name("Vonage")).await;
        self.made_or_found(made, self.find_vonage(&account.account)).await
    }

    /// The credential of this key, by what Vapi shows of it.
    async fn find_vonage(&self, key: &str) -> Result<Option<CredentialId>> {
        let credentials = self.list_credentials(&ListFilter::new().limit(LIMIT_MAX)).await?;
        let found = credentials.into_iter().find_map(|credential| match credential {
            Credential::Vonage(found) if found.api_key.as_deref() == Some(key) => found.id,
            _ => None,
        });
        Ok(found.map(CredentialId::new))
    }

    /// The only credential of Telnyx. Which account one is of is not shown, so that of several none is taken.
    async fn only_telnyx_credential(&self) -> Result<CredentialId> {
        let credentials = self.list_credentials(&ListFilter::new().limit(LIMIT_MAX)).await?;
        let of_telnyx = |credential: &Credential| {
            match credential {
                Credential::Unknown(object) => object.fields().get("provider")?.as_str() == Some("telnyx"),
                _ => false,
            }
            .then(|| credential.id().map(CredentialId::new))?
        };
        let mut found: Vec<CredentialId> = credentials.iter().filter_map(of_telnyx).collect();
        checked(KIND, "import number", |problems| match found.len() {
            1 => {}
            0 => {
                let remedy = "create one in Vapi's dashboard; the API cannot create it";
                let fault = "of Telnyx does not exist";
                problems.add(ProblemCode::Missing, "source.credential", fault, remedy);
            }
            several => {
                let fault = format!("may be any of {several}, but Vapi does not show their accounts");
                let remedy = "give the id of the right one with `ReachedBy` or `NumberSource::stored`";
                problems.add(ProblemCode::Conflict, "source.credential", fault, remedy);
            }
        })?;
        Ok(found.swap_remove(0))
    }
}
