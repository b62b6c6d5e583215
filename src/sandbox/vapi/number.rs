//! Creates, imports and updates numbers.

use serde_json::Value;

use super::{ORG_ID, Vapi, body, merge, missing, refused, tables, take_secrets};
use crate::E164;
use crate::model::ProviderKind;
use crate::sandbox::api::{Api, Context};
use crate::sandbox::carriers::{Denied, Login, Routing};
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, set, text};

/// The voice URL of a Twilio number after an import, as several projects have seen it.
const VOICE_URL: &str = "https://api.vapi.ai/twilio/inbound_call";
const SMS_URL: &str = "https://api.vapi.ai/twilio/sms";

impl Vapi {
    pub(super) fn create_number(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut number = body(request, &tables::CREATE)?;
        let provider = text(&number, "provider").unwrap_or_default().to_owned();
        match provider.as_str() {
            "twilio" => take_over(context, &number)?,
            "telnyx" => {
                self.check_held_elsewhere(&number)?;
                self.attach(context, &number, ProviderKind::TELNYX, "telnyxApplicationId")?;
            }
            "vonage" => {
                self.check_held_elsewhere(&number)?;
                self.attach(context, &number, ProviderKind::VONAGE, "vonageApplicationId")?;
            }
            "vapi" => {}
            _ => self.check_held_elsewhere(&number)?,
        }
        let now = context.now();
        let status = if provider == "vapi" && !number.contains_key("sipUri") { "activating" } else { "active" };
        if provider == "twilio" {
            number.entry("smsEnabled").or_insert(Value::Bool(true));
        }
        let (id, secrets) = (context.id(), take_secrets(&mut number));
        self.secrets.insert(id.clone(), secrets);
        set(&mut number, "id", id);
        set(&mut number, "orgId", ORG_ID);
        set(&mut number, "createdAt", now.clone());
        set(&mut number, "updatedAt", now);
        set(&mut number, "status", status);
        self.numbers.put(number.clone());
        Ok(Reply::json(201, number))
    }

    fn check_held_elsewhere(&self, number: &Object) -> Result<(), Reply> {
        check_dialled(number, text(number, "number").unwrap_or_default())?;
        match self.credentials.get(text(number, "credentialId").unwrap_or_default()) {
            Some(_) => Ok(()),
            None => Err(refused("Couldn't Create Phone Number. The credential does not exist.")),
        }
    }

    /// Attaches the number to the application of the credential, with the credential's login.
    fn attach(
        &self,
        context: &mut Context<'_>,
        number: &Object,
        carrier: ProviderKind,
        application: &str,
    ) -> Result<(), Reply> {
        let id = text(number, "credentialId").unwrap_or_default();
        let credential =
            self.credentials.get(id).filter(|credential| text(credential, "provider") == Some(carrier.as_str()));
        let credential = credential.ok_or_else(|| refused("The credential is of another provider."))?;
        let account = text(credential, "apiKey").unwrap_or_default();
        let login = Login { account, token: self.secret_of(id), ..Login::default() };
        let routing = Routing { calls: text(credential, application), messages: None };
        let dialled = text(number, "number").unwrap_or_default();
        context.take_over(carrier, Some(&login), dialled, &routing).map_err(|denied| {
            let status = match denied {
                Denied::Login => 401,
                Denied::Number => 404,
            };
            let name = if carrier == ProviderKind::TELNYX { "Telnyx" } else { "Vonage" };
            let fault = format!("Error: Request failed with status code {status}");
            refused(&format!("Couldn't Update {name} Number. {fault}"))
        })
    }

    pub(super) fn update_number(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let mut number = self.numbers.get(id).cloned().ok_or_else(missing)?;
        let table = match text(&number, "provider") {
            Some("byo-phone-number") => &tables::UPDATE_BYO,
            Some("twilio") => &tables::UPDATE_TWILIO,
            Some("vapi") => &tables::UPDATE_VAPI,
            _ => &tables::UPDATE_BY_CREDENTIAL,
        };
        let mut changes = body(request, table)?;
        if changes.remove("provider").is_some_and(|provider| Some(&provider) != number.get("provider")) {
            return Err(refused("provider must be that of the number"));
        }
        merge(self.secrets.entry(id.to_owned()).or_default(), take_secrets(&mut changes));
        set(&mut changes, "updatedAt", context.now());
        merge(&mut number, changes);
        self.numbers.put(number.clone());
        Ok(Reply::json(200, number))
    }
}

/// Looks up the number in the Twilio account, and takes over its routing.
fn take_over(context: &mut Context<'_>, number: &Object) -> Result<(), Reply> {
    let login = Login {
        account: text(number, "twilioAccountSid").unwrap_or_default(),
        token: text(number, "twilioAuthToken"),
        key: text(number, "twilioApiKey").zip(text(number, "twilioApiSecret")),
    };
    let sms = number.get("smsEnabled") != Some(&Value::Bool(false));
    let routing = Routing { calls: Some(VOICE_URL), messages: sms.then_some(SMS_URL) };
    let dialled = text(number, "number").unwrap_or_default();
    let hint = "Number Not Found on Twilio. Hot tip, check the account SID and its credentials.";
    context.take_over(ProviderKind::TWILIO, Some(&login), dialled, &routing).map_err(|_| refused(hint))
}

fn check_dialled(number: &Object, dialled: &str) -> Result<(), Reply> {
    let digits = dialled.strip_prefix('+').unwrap_or(dialled);
    let good = match number.get("numberE164CheckEnabled") {
        Some(Value::Bool(false)) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        _ => dialled.parse::<E164>().is_ok(),
    };
    let hint = "number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).";
    if good { Ok(()) } else { Err(refused(hint)) }
}
