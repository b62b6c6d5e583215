//! The account, its subaccount, and what each login may access.

use std::collections::HashMap;
use std::fmt;

use serde_json::{Value, json};

use super::list::Paging;
use super::{error, invalid, missing};
use crate::sandbox::api::Context;
use crate::sandbox::carriers::Login;
use crate::sandbox::message::{Answer, Reply, Request};

/// An account with its first trunk and its one application.
pub(super) struct Account {
    pub(super) sid: &'static str,
    /// The initial token; see [`Tokens`].
    pub(super) auth_token: &'static str,
    /// The SIDs and the secrets of its Standard keys.
    pub(super) api_keys: &'static [(&'static str, &'static str)],
    owner: &'static str,
    friendly_name: &'static str,
    pub(super) trunk: &'static str,
    pub(super) application: &'static str,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sid)
    }
}

pub(super) static MAIN: Account = Account {
    sid: "AC00000000000000000000000000005a7d",
    auth_token: "5a7d0000000000000000000000c0ffee",
    api_keys: &[
        ("SK00000000000000000000000000005a7d", "sandbox-api-key-secret"),
        ("SK00000000000000000000000000005a7e", "sandbox-second-api-key-secret"),
    ],
    owner: "AC00000000000000000000000000005a7d",
    friendly_name: "Sandbox",
    trunk: "TK00000000000000000000000000005a7d",
    application: "AP00000000000000000000000000005a7d",
};
pub(super) static SUB: Account = Account {
    sid: "AC00000000000000000000000000005b0b",
    auth_token: "5b0b0000000000000000000000c0ffee",
    api_keys: &[],
    owner: MAIN.sid,
    friendly_name: "Sandbox subaccount",
    trunk: "TK00000000000000000000000000005b0b",
    application: "AP00000000000000000000000000005b0b",
};
pub(super) static ACCOUNTS: [&Account; 2] = [&MAIN, &SUB];

/// The current auth tokens of the accounts, by SID.
pub(super) struct Tokens(HashMap<&'static str, String>);

impl Default for Tokens {
    fn default() -> Self {
        Self(ACCOUNTS.map(|account| (account.sid, account.auth_token.to_owned())).into())
    }
}

impl Tokens {
    pub(super) fn of(&self, sid: &str) -> Option<&str> {
        self.0.get(sid).map(String::as_str)
    }

    pub(super) fn rotate(&mut self, sid: &str, token: &str) {
        if let Some(now) = self.0.get_mut(sid) {
            token.clone_into(now);
        }
    }
}

/// The filters of a list of accounts.
const FILTERS: [&str; 2] = ["FriendlyName", "Status"];
const SUBRESOURCES: [(&str, &str); 20] = [
    ("available_phone_numbers", "AvailablePhoneNumbers"),
    ("calls", "Calls"),
    ("conferences", "Conferences"),
    ("incoming_phone_numbers", "IncomingPhoneNumbers"),
    ("notifications", "Notifications"),
    ("outgoing_caller_ids", "OutgoingCallerIds"),
    ("recordings", "Recordings"),
    ("transcriptions", "Transcriptions"),
    ("addresses", "Addresses"),
    ("signing_keys", "SigningKeys"),
    ("connect_apps", "ConnectApps"),
    ("sip", "SIP"),
    ("authorized_connect_apps", "AuthorizedConnectApps"),
    ("usage", "Usage"),
    ("keys", "Keys"),
    ("applications", "Applications"),
    ("short_codes", "SMS/ShortCodes"),
    ("queues", "Queues"),
    ("messages", "Messages"),
    ("balance", "Balance"),
];

fn known(sid: &str) -> Option<&'static Account> {
    ACCOUNTS.into_iter().find(|account| account.sid == sid)
}

/// The account whose numbers a platform may take over with a login: only the one that the login names, or that has its key.
pub(super) fn opened_by(login: &Login<'_>, tokens: &Tokens) -> Option<&'static Account> {
    let of_key = || ACCOUNTS.into_iter().find(|account| login.key.is_some_and(|key| account.api_keys.contains(&key)));
    let account = if login.account.is_empty() { of_key() } else { known(login.account) }?;
    let by_token = login.token.map(|token| tokens.of(account.sid) == Some(token));
    let by_key = login.key.map(|key| account.api_keys.contains(&key));
    by_token.or(by_key).unwrap_or(false).then_some(account)
}

/// The sender of a request.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) account: &'static Account,
    by_key: bool,
}

impl Caller {
    pub(super) fn of(request: &Request<'_>, tokens: &Tokens) -> Option<Self> {
        let (user, password) = request.basic()?;
        ACCOUNTS.into_iter().find_map(|account| {
            let by_key = account.api_keys.contains(&(&user, &password));
            let by_token = account.sid == user && tokens.of(account.sid) == Some(&password);
            (by_key || by_token).then_some(Self { account, by_key })
        })
    }

    /// An auth token gives access to its account and that account's subaccounts, a key only to its account.
    fn may_use(self, account: &Account) -> bool {
        account.sid == self.account.sid || (!self.by_key && account.owner == self.account.sid)
    }

    /// The account that a path or a form names.
    pub(super) fn reach(self, sid: &str, request: &Request<'_>) -> Result<&'static Account, Reply> {
        let account = known(sid).ok_or_else(|| missing(request))?;
        if self.may_use(account) { Ok(account) } else { Err(refused()) }
    }
}

pub(super) fn list(context: &Context<'_>, request: &Request<'_>, caller: Caller, tokens: &Tokens) -> Answer {
    if caller.by_key {
        return Err(refused());
    }
    let paging = Paging::of(context, request, &FILTERS)?;
    let status = request.query("Status");
    if status.is_some_and(|status| !matches!(status, "active" | "suspended" | "closed")) {
        return Err(invalid("Status must be active, suspended or closed"));
    }
    let name = request.query("FriendlyName");
    let fits = |account: &&Account| {
        caller.may_use(account)
            && name.is_none_or(|name| account.friendly_name == name)
            && status.is_none_or(|status| status == "active")
    };
    let fitting: Vec<&Account> = ACCOUNTS.into_iter().filter(fits).collect();
    Ok(paging.answer("/2010-04-01/Accounts.json", "accounts", &fitting, |account| shown(account, tokens)))
}

pub(super) fn get(request: &Request<'_>, caller: Caller, tokens: &Tokens, sid: &str) -> Answer {
    // A Standard key may read no account, not even its own.
    if caller.by_key {
        return Err(refused());
    }
    Ok(Reply::json(200, shown(caller.reach(sid, request)?, tokens)))
}

/// The whole account. As documented, it contains the token in plain text.
fn shown(account: &Account, tokens: &Tokens) -> Value {
    let path = format!("/2010-04-01/Accounts/{}", account.sid);
    let subresources = SUBRESOURCES.map(|(name, segment)| (name.to_owned(), format!("{path}/{segment}.json").into()));
    json!({
        "auth_token": tokens.of(account.sid),
        "date_created": "Thu, 30 Jul 2015 20:00:00 +0000",
        "date_updated": "Thu, 30 Jul 2015 20:00:00 +0000",
        "friendly_name": account.friendly_name,
        "owner_account_sid": account.owner,
        "sid": account.sid,
        "status": "active",
        "subresource_uris": Value::Object(subresources.into_iter().collect()),
        "type": "Full",
        "uri": format!("{path}.json"),
    })
}

pub(super) fn refused() -> Reply {
    error(401, "Authenticate")
}
