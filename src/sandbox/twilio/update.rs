//! `POST` on a number: checks the form, field by field.

use serde_json::Value;

use self::Kept::{AsFlag, AsText, EmptyAsNull, OrEmpty};
use super::account::{Account, Caller};
use super::held::uri;
use super::trunks::Trunks;
use super::{Twilio, form, invalid, is_sid, missing};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, set, text};
use crate::sandbox::rules::Rule::{self, Passes, Text, Word};

/// How the text of a form is stored. An empty text clears a URL or a SID. Twilio then returns an empty text for some
/// fields and null for others, as in the documentation's examples.
enum Kept {
    AsText,
    AsFlag,
    OrEmpty,
    EmptyAsNull,
}

const METHOD: Rule = Word(&["GET", "POST"]);
const URL: Rule = Passes(is_address, "a whole URL");
const ADDRESS: Rule = Passes(|sid| is_sid(sid, "AD"), "the SID of an address");
const APPLICATION: Rule = Passes(|sid| is_sid(sid, "AP"), "the SID of an application");
const BUNDLE: Rule = Passes(|sid| is_sid(sid, "BU"), "the SID of a bundle");
const IDENTITY: Rule = Passes(|sid| is_sid(sid, "RI"), "the SID of an identity");
const TRUNK: Rule = Passes(|sid| is_sid(sid, "TK"), "the SID of a trunk");

static FIELDS: [(&str, &str, Kept, Rule); 22] = [
    ("ApiVersion", "api_version", AsText, Text(0, usize::MAX)),
    ("FriendlyName", "friendly_name", AsText, Text(0, 64)),
    ("SmsApplicationSid", "sms_application_sid", OrEmpty, APPLICATION),
    ("SmsFallbackMethod", "sms_fallback_method", AsText, METHOD),
    ("SmsFallbackUrl", "sms_fallback_url", OrEmpty, URL),
    ("SmsMethod", "sms_method", AsText, METHOD),
    ("SmsUrl", "sms_url", OrEmpty, URL),
    ("StatusCallback", "status_callback", OrEmpty, URL),
    ("StatusCallbackMethod", "status_callback_method", AsText, METHOD),
    ("VoiceApplicationSid", "voice_application_sid", OrEmpty, APPLICATION),
    ("VoiceCallerIdLookup", "voice_caller_id_lookup", AsFlag, Word(&["true", "false"])),
    ("VoiceFallbackMethod", "voice_fallback_method", AsText, METHOD),
    ("VoiceFallbackUrl", "voice_fallback_url", EmptyAsNull, URL),
    ("VoiceMethod", "voice_method", AsText, METHOD),
    ("VoiceUrl", "voice_url", EmptyAsNull, URL),
    ("EmergencyStatus", "emergency_status", AsText, Word(&["Active", "Inactive"])),
    ("EmergencyAddressSid", "emergency_address_sid", EmptyAsNull, ADDRESS),
    ("TrunkSid", "trunk_sid", EmptyAsNull, TRUNK),
    ("VoiceReceiveMode", "voice_receive_mode", AsText, Word(&["voice", "fax"])),
    ("IdentitySid", "identity_sid", EmptyAsNull, IDENTITY),
    ("AddressSid", "address_sid", EmptyAsNull, ADDRESS),
    ("BundleSid", "bundle_sid", EmptyAsNull, BUNDLE),
];

impl Twilio {
    pub(super) fn update(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        caller: Caller,
        account: &'static Account,
        sid: &str,
    ) -> Answer {
        let held = self.numbers.with_sid(account, sid).ok_or_else(|| missing(request))?;
        let form = form(request)?;
        let account = new_account(request, caller, &form)?.unwrap_or(account);
        let trunks = &self.trunks;
        let mut changes = if held.is_of(account) { Object::new() } else { moved_to(account, sid) };
        read(account, trunks, &form, &mut changes)?;
        held.change(context.moment(), changes);
        Ok(Reply::json(200, held.fields.clone()))
    }
}

/// The account to which the number moves.
fn new_account(
    request: &Request<'_>,
    caller: Caller,
    form: &[(String, String)],
) -> Result<Option<&'static Account>, Reply> {
    let Some((_, sid)) = form.iter().find(|(name, _)| name == "AccountSid") else { return Ok(None) };
    caller.reach(sid, request).map(Some).map_err(|_| invalid("AccountSid is no account of yours"))
}

/// Objects that the new account does not have are cleared. The documentation does not say.
fn moved_to(account: &Account, sid: &str) -> Object {
    let changes = [
        ("account_sid", account.sid.into()),
        ("uri", uri(account, sid).into()),
        ("trunk_sid", Value::Null),
        ("voice_application_sid", "".into()),
        ("sms_application_sid", "".into()),
    ];
    changes.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()
}

/// Parses the form. Twilio ignores unknown fields. The sandbox refuses them, so that a mistake shows.
fn read(account: &Account, trunks: &Trunks, form: &[(String, String)], changes: &mut Object) -> Result<(), Reply> {
    for (name, value) in form.iter().filter(|(name, _)| name != "AccountSid") {
        let Some((_, field, kept, rule)) = FIELDS.iter().find(|(known, ..)| known == name) else {
            return Err(invalid(&format!("{name} is not a field of a number")));
        };
        let unsets = matches!(kept, OrEmpty | EmptyAsNull) && value.is_empty();
        if !unsets && !rule.check(&value.as_str().into()).is_empty() {
            return Err(invalid(&format!("{name} is not valid")));
        }
        match kept {
            AsFlag => set(changes, field, value == "true"),
            EmptyAsNull if unsets => set(changes, field, Value::Null),
            AsText | OrEmpty | EmptyAsNull => set(changes, field, value.as_str()),
        }
    }
    let given = |name: &str| form.iter().any(|(known, value)| known == name && !value.is_empty());
    // Each of the two clears the other, so the sandbox refuses both together. Twilio does not document this case.
    if given("TrunkSid") && given("VoiceApplicationSid") {
        return Err(invalid("TrunkSid and VoiceApplicationSid exclude each other"));
    }
    for (name, field, own) in [
        ("VoiceApplicationSid", "voice_application_sid", account.application),
        ("SmsApplicationSid", "sms_application_sid", account.application),
    ] {
        if given(name) && text(changes, field) != Some(own) {
            return Err(invalid(&format!("{name} is not in this account")));
        }
    }
    if given("TrunkSid") {
        if text(changes, "trunk_sid").is_none_or(|sid| !trunks.is_of(account, sid)) {
            return Err(invalid("TrunkSid is not in this account"));
        }
        set(changes, "voice_application_sid", "");
    }
    if given("VoiceApplicationSid") {
        set(changes, "trunk_sid", Value::Null);
    }
    // The sandbox stores no addresses, bundles or identities, and accepts any SID of the right form.
    if let Some(address) = changes.get("emergency_address_sid") {
        let status = if address.is_null() { "unregistered" } else { "registered" };
        set(changes, "emergency_address_status", status);
    }
    Ok(())
}

/// Whether this is a complete URL. `url` would add missing slashes.
fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && url::Url::parse(text).is_ok()
}
