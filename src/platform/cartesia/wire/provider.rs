use serde::Serialize;

use super::number::filled;
use crate::model::{Problems, Secret};
use crate::wire::{open_enum, query_object, received_object, request_object, request_union};

open_enum! {
    /// Who holds a number.
    pub enum ProviderType {
        /// A linked Twilio account. The number stays there after a removal.
        Twilio = "twilio",
        /// Cartesia. A removal gives the number away for good.
        Cartesia = "cartesia",
    }

    /// The region of a Twilio API key. It is not the country of the numbers.
    pub enum Region {
        /// The United States, the default.
        Us1 = "us1",
        /// Ireland.
        Ie1 = "ie1",
        /// Australia.
        Au1 = "au1",
    }
}

received_object! {
    snake_case;

    /// A linked Twilio account. There is one for each account and region. Cartesia never returns the key's secret.
    pub struct Provider {
        required {
            /// Its id.
            id: String,
        }
        optional {
            /// The carrier.
            kind: ProviderType = "type",
            /// The account's SID.
            account_sid: String,
            /// The SID of the API key, partly masked.
            api_key_sid: String,
            /// The region of the API key.
            region: Region,
        }
    }
}

request_union! {
    /// The body that links an account.
    pub enum CreateProvider by "type" {
        /// A Twilio account.
        Twilio(CreateTwilioProvider) = "twilio",
    }

    /// The body that changes a linked account.
    pub enum UpdateProvider by "type" {
        /// A Twilio account.
        Twilio(UpdateTwilioProvider) = "twilio",
    }
}

request_object! {
    snake_case;

    /// A Twilio account to link, by an API key of the type Standard.
    pub struct CreateTwilioProvider {
        required {
            /// The account's SID.
            account_sid: String,
            /// The SID of the API key.
            api_key_sid: String,
            /// Its secret.
            api_key_secret: Secret,
        }
        optional {
            /// The region of the API key. Defaults to [`Region::Us1`].
            region: Region,
        }
    }

    /// Another API key for a linked Twilio account.
    pub struct UpdateTwilioProvider {
        optional {
            /// The SID of the API key.
            api_key_sid: String,
            /// Its secret.
            api_key_secret: Secret,
            /// The region of the API key. Whether a call without it keeps the region is not documented.
            region: Region,
        }
    }
}

query_object! {
    /// Which linked accounts to list.
    pub struct ListProviders {
        texts {
            /// Only links of this Twilio account.
            account_sid = "account_sid",
        }
        values {
            /// Only links of this carrier.
            kind: ProviderType = "type",
        }
    }
}

/// A linked account in a request: by its id, or by the Twilio account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ProviderRef {
    /// By its id.
    #[non_exhaustive]
    Id {
        /// The id.
        id: String,
    },
    /// By the Twilio account.
    #[non_exhaustive]
    Account {
        /// The carrier.
        #[serde(rename = "type")]
        kind: ProviderType,
        /// The account's SID.
        account_sid: String,
        /// The region of its API key. Defaults to [`Region::Us1`].
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<Region>,
    },
}

impl ProviderRef {
    /// Names a linked account by its id.
    pub fn id(id: impl Into<String>) -> Self {
        Self::Id { id: id.into() }
    }

    /// Names a linked account by the Twilio account and the region of its key.
    pub fn twilio(account_sid: impl Into<String>, region: impl Into<Option<Region>>) -> Self {
        Self::Account { kind: ProviderType::Twilio, account_sid: account_sid.into(), region: region.into() }
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Id { id } => filled("id", Some(id), problems),
            Self::Account { account_sid, .. } => filled("account_sid", Some(account_sid), problems),
        }
    }
}

impl CreateProvider {
    pub(in super::super) fn account_sid(&self) -> &str {
        let Self::Twilio(create) = self;
        &create.account_sid
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        let Self::Twilio(create) = self;
        filled("account_sid", Some(&create.account_sid), problems);
        filled("api_key_sid", Some(&create.api_key_sid), problems);
        filled("api_key_secret", Some(create.api_key_secret.expose()), problems);
    }
}

impl UpdateProvider {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        let Self::Twilio(update) = self;
        filled("api_key_sid", update.api_key_sid.as_deref(), problems);
        filled("api_key_secret", update.api_key_secret.as_ref().map(Secret::expose), problems);
    }
}
