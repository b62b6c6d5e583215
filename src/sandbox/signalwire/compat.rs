//! The one endpoint of the compatibility API: an import with a form.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::number::CAPABILITIES;
use super::{PROJECT, SignalWire};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::text;

impl SignalWire {
    pub(super) fn answer_compat(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        known: bool,
        path: &[&str],
    ) -> Answer {
        match (request.method, path) {
            ("POST", ["2010-04-01", "Accounts", PROJECT, "ImportedPhoneNumbers"]) if known => {
                self.import_form(context, request)
            }
            (_, ["2010-04-01", "Accounts", PROJECT, ..]) if known => Err(refused(404, 20404, "Not Found")),
            _ => Err(refused(401, 20003, "Authentication failed")),
        }
    }

    fn import_form(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        // A body of another kind has no form fields.
        let form = request.form();
        let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let is_list = |name: &str| matches!(name, "capabilities" | "capabilities[]");
        let is_known = |name: &str| matches!(name, "number" | "number_type") || is_list(name);
        if let Some((name, _)) = form.iter().find(|(name, _)| !is_known(name)) {
            return Err(invalid("10000", &format!("{name} is not a known parameter")));
        }
        let dialled = field("number").ok_or_else(|| invalid("10000", "Number can't be blank"))?;
        if !is_number(dialled) {
            return Err(invalid("10000", "Number must be a + and 5 to 30 digits"));
        }
        let number_type = field("number_type").ok_or_else(|| invalid("10000", "Number type can't be blank"))?;
        if !matches!(number_type, "longcode" | "tollfree") {
            return Err(invalid("10000", "Number type must be longcode or tollfree"));
        }
        let named: Vec<&str> = form.iter().filter(|(name, _)| is_list(name)).map(|(_, value)| value.as_str()).collect();
        if !named.iter().all(|capability| CAPABILITIES.contains(capability)) {
            return Err(invalid("4000", "Capabilities must be of voice, fax, sms and mms"));
        }
        if self.has(dialled) {
            return Err(invalid("10000", "Number has already been taken"));
        }
        let capabilities = if named.is_empty() { CAPABILITIES.to_vec() } else { named };
        let added = self.add(context, dialled, number_type, json!(capabilities));
        let id = text(&added, "id").unwrap_or_default();
        Ok(Reply::json(201, incoming(id, dialled, &capabilities, context.moment())))
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (5..=30).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number in the form of this API.
fn incoming(id: &str, number: &str, capabilities: &[&str], now: Timestamp) -> Value {
    let can = |capability: &str| capabilities.contains(&capability);
    let date = now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let mut shown = json!({
        "sid": id,
        "account_id": PROJECT,
        "account_sid": PROJECT,
        "phone_number": number,
        "date_created": date,
        "date_updated": date,
        "capabilities": {"voice": can("voice"), "sms": can("sms"), "mms": can("mms"), "fax": can("fax")},
        "beta": false,
        "api_version": "2010-04-01",
        "uri": format!("/api/laml/2010-04-01/Accounts/{PROJECT}/IncomingPhoneNumbers/{id}"),
        "address_requirements": "none",
        "origin": "signalwire",
        "emergency_status": "Inactive",
    });
    for empty in [
        "friendly_name",
        "voice_url",
        "voice_method",
        "voice_fallback_url",
        "voice_fallback_method",
        "status_callback",
        "status_callback_method",
        "voice_application_sid",
        "voice_caller_id_lookup",
        "sms_url",
        "sms_method",
        "sms_fallback_url",
        "sms_fallback_method",
        "sms_application_sid",
        "address_sid",
        "identity_sid",
        "trunk_sid",
        "emergency_address_sid",
        "country_code",
    ] {
        shown[empty] = Value::Null;
    }
    shown
}

/// As documented, the code is text, and the field `status` is 400.
fn invalid(code: &str, message: &str) -> Reply {
    let more_info = "https://signalwire.com/docs/rest/compatibility-api/overview/error-codes";
    Reply::json(422, json!({"code": code, "message": message, "more_info": more_info, "status": 400}))
}

/// The error response to any request.
pub(super) fn refusal(status: u16, message: &str) -> Reply {
    match status {
        401 => refused(status, 20003, message),
        422 => invalid("10000", message),
        status => refused(status, 20000 + u32::from(status), message),
    }
}

fn refused(status: u16, code: u32, message: &str) -> Reply {
    let more_info = "https://signalwire.com/docs/compatibility-api/reference/errors";
    Reply::json(status, json!({"code": code, "message": message, "more_info": more_info, "status": status}))
}
