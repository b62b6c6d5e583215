//! The trunking API: the numbers on a SIP trunk.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::Account;
use super::held::Held;
use super::list::Paging;
use super::{Twilio, fault, form, invalid, is_sid, missing};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, picked, set};

/// The fields that both APIs return in the same form.
const SHARED: [&str; 21] = [
    "account_sid",
    "address_requirements",
    "api_version",
    "beta",
    "friendly_name",
    "phone_number",
    "sid",
    "sms_application_sid",
    "sms_fallback_method",
    "sms_fallback_url",
    "sms_method",
    "sms_url",
    "status_callback",
    "status_callback_method",
    "trunk_sid",
    "voice_application_sid",
    "voice_caller_id_lookup",
    "voice_fallback_method",
    "voice_fallback_url",
    "voice_method",
    "voice_url",
];

impl Twilio {
    /// These paths name no account, so it is that of the login.
    pub(super) fn answer_trunking(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        account: &'static Account,
        trunk: &str,
        rest: &[&str],
    ) -> Answer {
        if !self.trunks.is_of(account, trunk) {
            return Err(missing(request));
        }
        match (request.method, rest) {
            ("GET", []) => self.list_trunk(context, request, trunk),
            ("POST", []) => self.attach(context, request, account, trunk),
            ("GET", [sid]) => Ok(Reply::json(200, shown(request, self.on_trunk(request, account, trunk, sid)?))),
            ("DELETE", [sid]) => {
                let held = self.on_trunk(request, account, trunk, sid)?;
                held.change(context.moment(), Object::from_iter([("trunk_sid".to_owned(), Value::Null)]));
                Ok(Reply::empty(204))
            }
            _ => Err(missing(request)),
        }
    }

    fn on_trunk(
        &mut self,
        request: &Request<'_>,
        account: &Account,
        trunk: &str,
        sid: &str,
    ) -> Result<&mut Held, Reply> {
        let held = self.numbers.with_sid(account, sid).filter(|held| held.text("trunk_sid") == trunk);
        held.ok_or_else(|| missing(request))
    }

    fn list_trunk(&self, context: &Context<'_>, request: &Request<'_>, trunk: &str) -> Answer {
        let paging = Paging::of(context, request, &[])?;
        let fitting: Vec<&Held> = self.numbers.iter().filter(|held| held.text("trunk_sid") == trunk).collect();
        let url = format!("{}/v1/Trunks/{trunk}/PhoneNumbers", base(request));
        Ok(paging.answer_v1(&url, "phone_numbers", &fitting, |held| shown(request, held).into()))
    }

    fn attach(&mut self, context: &mut Context<'_>, request: &Request<'_>, account: &Account, trunk: &str) -> Answer {
        let form = form(request)?;
        if let Some((name, _)) = form.iter().find(|(name, _)| name != "PhoneNumberSid") {
            return Err(invalid(&format!("{name} is not a field of a trunk's number")));
        }
        let (_, sid) = form.first().ok_or_else(|| invalid("PhoneNumberSid is required"))?;
        if !is_sid(sid, "PN") {
            return Err(fault(400, 21421, "PhoneNumberSid is invalid"));
        }
        let held = self.numbers.with_sid(account, sid).ok_or_else(|| missing(request))?;
        // Attaching a number twice succeeds. The documentation does not say.
        let changes = [("trunk_sid", trunk), ("voice_application_sid", "")];
        let changes = changes.into_iter().map(|(field, value)| (field.to_owned(), value.into()));
        held.change(context.moment(), changes.collect());
        Ok(Reply::json(201, shown(request, held)))
    }
}

/// The number in the form of this API: other dates, complete URLs, no `fax`.
fn shown(request: &Request<'_>, held: &Held) -> Object {
    let [created, updated] = held.dates().map(iso_8601);
    let (base, account, sid) = (base(request), held.text("account_sid"), held.text("sid"));
    let can = |capability: &str| held.fields["capabilities"][capability].clone();
    let number = format!("{base}/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{sid}");
    let mut shown = picked(&held.fields, &SHARED);
    set(&mut shown, "capabilities", json!({"voice": can("voice"), "sms": can("sms"), "mms": can("mms")}));
    set(&mut shown, "date_created", created);
    set(&mut shown, "date_updated", updated);
    set(&mut shown, "links", json!({"phone_number": number}));
    set(&mut shown, "url", format!("{base}/v1/Trunks/{}/PhoneNumbers/{sid}", held.text("trunk_sid")));
    shown
}

pub(super) fn iso_8601(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The sandbox's own base URL, as the client knows it.
pub(super) fn base(request: &Request<'_>) -> String {
    format!("http://{}", request.header("host").unwrap_or("127.0.0.1"))
}
