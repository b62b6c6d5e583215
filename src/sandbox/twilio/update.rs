//! `POST` on a number: the form, checked field by field.

use serde_json::Value;

use self::Rule::{Choice, Sid, Switch, Text, Url};
use self::Unset::{Empty, Null};
use super::account::{Account, Caller};
use super::held::uri;
use super::{form, invalid, is_sid, missing};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

/// What a field of the form may be. An empty text unsets an address or a SID; what Twilio shows then is
/// an empty text for some fields and null for others, as in the documents' examples.
enum Rule {
    Url(Unset),
    Sid(&'static str, Unset),
    Choice(&'static [&'static str]),
    Switch,
    /// So many characters at most.
    Text(usize),
}

#[derive(Clone, Copy)]
enum Unset {
    Null,
    Empty,
}

const METHOD: Rule = Choice(&["GET", "POST"]);

static FIELDS: [(&str, &str, Rule); 22] = [
    ("ApiVersion", "api_version", Text(usize::MAX)),
    ("FriendlyName", "friendly_name", Text(64)),
    ("SmsApplicationSid", "sms_application_sid", Sid("AP", Empty)),
    ("SmsFallbackMethod", "sms_fallback_method", METHOD),
    ("SmsFallbackUrl", "sms_fallback_url", Url(Empty)),
    ("SmsMethod", "sms_method", METHOD),
    ("SmsUrl", "sms_url", Url(Empty)),
    ("StatusCallback", "status_callback", Url(Empty)),
    ("StatusCallbackMethod", "status_callback_method", METHOD),
    ("VoiceApplicationSid", "voice_application_sid", Sid("AP", Empty)),
    ("VoiceCallerIdLookup", "voice_caller_id_lookup", Switch),
    ("VoiceFallbackMethod", "voice_fallback_method", METHOD),
    ("VoiceFallbackUrl", "voice_fallback_url", Url(Null)),
    ("VoiceMethod", "voice_method", METHOD),
    ("VoiceUrl", "voice_url", Url(Null)),
    ("EmergencyStatus", "emergency_status", Choice(&["Active", "Inactive"])),
    ("EmergencyAddressSid", "emergency_address_sid", Sid("AD", Null)),
    ("TrunkSid", "trunk_sid", Sid("TK", Null)),
    ("VoiceReceiveMode", "voice_receive_mode", Choice(&["voice", "fax"])),
    ("IdentitySid", "identity_sid", Sid("RI", Null)),
    ("AddressSid", "address_sid", Sid("AD", Null)),
    ("BundleSid", "bundle_sid", Sid("BU", Null)),
];

pub(super) fn update(
    world: &mut World,
    request: &Request<'_>,
    caller: Caller,
    account: &'static Account,
    sid: &str,
) -> Reply {
    let now = world.moment();
    let Some(held) = world.twilio.with_sid(account, sid) else { return missing(request) };
    let changes = form(request).and_then(|form| {
        let account = new_account(request, caller, &form)?.unwrap_or(account);
        let mut changes = if held.is_of(account) { Object::new() } else { moved_to(account, sid) };
        read(account, &form, &mut changes)?;
        Ok(changes)
    });
    match changes {
        Ok(changes) => {
            held.change(now, changes);
            Reply::json(200, held.fields.clone())
        }
        Err(refusal) => refusal,
    }
}

/// The account that the number is to move to.
fn new_account(
    request: &Request<'_>,
    caller: Caller,
    form: &[(String, String)],
) -> Result<Option<&'static Account>, Reply> {
    let Some((_, sid)) = form.iter().find(|(name, _)| name == "AccountSid") else { return Ok(None) };
    caller.reach(sid, request).map(Some).map_err(|_| invalid("AccountSid is no account of yours"))
}

/// What the new account does not have is left behind; the documents do not say.
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

/// Reads the form into changes. Twilio ignores fields it does not know; here they are refused, so that a
/// slip shows.
fn read(account: &Account, form: &[(String, String)], changes: &mut Object) -> Result<(), Reply> {
    for (name, value) in form.iter().filter(|(name, _)| name != "AccountSid") {
        let Some((_, field, rule)) = FIELDS.iter().find(|(known, ..)| known == name) else {
            return Err(invalid(&format!("{name} is not a field of a number")));
        };
        let value = rule.value(value).ok_or_else(|| invalid(&format!("{name} is not valid")))?;
        changes.insert((*field).to_owned(), value);
    }
    let given = |name: &str| form.iter().any(|(known, value)| known == name && !value.is_empty());
    // Each of the two deletes the other, so both at once make no sense. What Twilio does then is not documented.
    if given("TrunkSid") && given("VoiceApplicationSid") {
        return Err(invalid("TrunkSid and VoiceApplicationSid exclude each other"));
    }
    for (name, field, own) in [
        ("TrunkSid", "trunk_sid", account.trunk),
        ("VoiceApplicationSid", "voice_application_sid", account.application),
        ("SmsApplicationSid", "sms_application_sid", account.application),
    ] {
        if given(name) && text(changes, field) != Some(own) {
            return Err(invalid(&format!("{name} is not in this account")));
        }
    }
    if given("TrunkSid") {
        changes.insert("voice_application_sid".to_owned(), "".into());
    }
    if given("VoiceApplicationSid") {
        changes.insert("trunk_sid".to_owned(), Value::Null);
    }
    // Addresses, bundles and identities are not kept here: any SID of the right form is taken to be there.
    if let Some(address) = changes.get("emergency_address_sid") {
        let status = if address.is_null() { "unregistered" } else { "registered" };
        changes.insert("emergency_address_status".to_owned(), status.into());
    }
    Ok(())
}

impl Rule {
    fn value(&self, given: &str) -> Option<Value> {
        match self {
            Url(unset) | Sid(_, unset) if given.is_empty() => Some(match unset {
                Null => Value::Null,
                Empty => given.into(),
            }),
            Url(_) => is_address(given).then(|| given.into()),
            Sid(prefix, _) => is_sid(given, prefix).then(|| given.into()),
            Choice(words) => words.contains(&given).then(|| given.into()),
            Switch => given.parse::<bool>().ok().map(Value::from),
            Text(most) => (given.chars().count() <= *most).then(|| given.into()),
        }
    }
}

/// Whether this is a whole address; `url` would mend one without its slashes.
fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web && url::Url::parse(text).is_ok()
}
