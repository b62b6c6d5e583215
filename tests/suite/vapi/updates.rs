//! Every update of a number: the documented exchanges, and the three states of every field.

use std::collections::BTreeSet;

use numport::platform::vapi::{
    PhoneNumber, SettingsPatch, UpdateByoNumber, UpdatePhoneNumber, UpdateTelnyxNumber, UpdateTwilioNumber,
    UpdateVapiNumber, UpdateVonageNumber,
};
use numport::{Patch, Secret};
use serde::Serialize;
use serde_json::{Value, json};

use super::numbers::{ASSISTANT, CREDENTIAL, account, api_key, client, number, sip_authentication};
use super::settings::{SQUAD, WORKFLOW, every_hook_field, every_number_field, every_server_field};
use crate::support::{case, exchange};

async fn update(name: &str, update: impl Into<UpdatePhoneNumber>) -> PhoneNumber {
    let update = update.into();
    let name = format!("vapi/update_number/{name}");
    let path = case(&name).request.path;
    let id = path.strip_prefix("/phone-number/").unwrap();
    exchange(&name, client, |client| async move { client.update_number(id, update).await }).await
}

#[tokio::test]
async fn an_assistant_is_set_and_cleared() {
    let taken = update("unassign", SettingsPatch::new().assistant_id(Patch::Clear)).await;
    assert_eq!(taken.assistant_id, None);
    let set = SettingsPatch::new().name(Patch::Set("Reception".into())).assistant_id(Patch::Set(ASSISTANT.into()));
    assert_eq!(update("set", set).await.assistant_id.as_deref(), Some(ASSISTANT));
    let cleared = update("clear", SettingsPatch::new().name(Patch::Clear).assistant_id(Patch::Clear)).await;
    assert_eq!(cleared.name, None);
}

#[tokio::test]
async fn shared_fields_of_all_carriers_are_updated() {
    let settings = SettingsPatch::new()
        .name(Patch::Set("Front desk".into()))
        .assistant_id(Patch::Set(ASSISTANT.into()))
        .squad_id(Patch::Set(SQUAD.into()))
        .workflow_id(Patch::Set(WORKFLOW.into()))
        .server(every_server_field())
        .fallback_destination(Patch::Set(every_number_field().into()))
        .hooks(every_hook_field());
    let changed = update("settings", settings).await;
    assert_eq!(changed.server, Some(Box::new(every_server_field())));
    assert_eq!(changed.hooks, Some(every_hook_field()));
}

#[tokio::test]
async fn fields_of_one_carrier_are_updated_with_its_name() {
    let assigned = SettingsPatch::new().assistant_id(Patch::Set(ASSISTANT.into()));
    let byo = UpdateByoNumber::new()
        .number(Patch::Set("18336840000".into()))
        .number_e164_check_enabled(false)
        .credential_id(Patch::Set(CREDENTIAL.into()))
        .settings(SettingsPatch::new().name(Patch::Set("PLIVO SIP Number".into())));
    update("byo", byo).await;

    let twilio = UpdateTwilioNumber::new()
        .number(number("+14155551234"))
        .twilio_account_sid(account())
        .twilio_auth_token(Secret::new("planted-auth-token"))
        .twilio_api_key(api_key())
        .twilio_api_secret(Secret::new("planted-api-secret"))
        .sms_enabled(true)
        .settings(SettingsPatch::new().assistant_id(Patch::Clear));
    update("twilio", twilio).await;

    let vonage = UpdateVonageNumber::new()
        .number(number("+14155550100"))
        .credential_id(Patch::Set(CREDENTIAL.into()))
        .settings(assigned.clone());
    update("vonage", vonage).await;

    let vapi = UpdateVapiNumber::new()
        .sip_uri(Patch::Set("sip:my_unique_user@sip.vapi.ai".into()))
        .authentication(sip_authentication())
        .settings(SettingsPatch::new().name(Patch::Set("SIP line".into())));
    update("vapi", vapi).await;

    let telnyx = UpdateTelnyxNumber::new()
        .number(number("+14155550199"))
        .credential_id(Patch::Set(CREDENTIAL.into()))
        .settings(assigned);
    update("telnyx", telnyx).await;
}

/// The names of the fields that a new update keeps, also in its settings, as its `Debug` lists them.
pub(crate) fn kept_fields(update: &impl std::fmt::Debug) -> BTreeSet<String> {
    let text = format!("{update:?}");
    let fields = text.split([' ', '{', ',', '}']).filter(|part| part.ends_with(':') && *part != "settings:");
    let fields: BTreeSet<String> = fields.map(|field| field.trim_end_matches(':').to_owned()).collect();
    assert_eq!(text.matches(": Keep").count(), fields.len(), "{text}");
    fields
}

/// `base` with one more field.
pub(crate) fn with(base: &Value, field: &str, value: Value) -> Value {
    let mut body = base.clone();
    body[field] = value;
    body
}

pub(crate) fn body(update: impl Serialize) -> Value {
    serde_json::to_value(update).unwrap()
}

/// Checks for every field of an update that a kept one is absent, a cleared one is `null` (or as the table says), and a
/// set one has its value, with nothing else in the body. Also checks that the table has every field.
/// while nothing else is in the body; and that the table leaves no field out.
macro_rules! three_states {
    (
        $new:expr, $body:expr, $base:expr, besides $besides:expr,
        { $($field:ident = $value:expr => $wire:literal: $json:expr $(, cleared $cleared:expr)?;)+ }
    ) => {{
        let (base, mut listed) = ($base, $besides);
        $(
            let body = |patch| $body($new.$field(patch));
            assert_eq!(body(Patch::Keep), base, "{} kept", $wire);
            let cleared = [$($cleared,)? Value::Null];
            assert_eq!(
                body(Patch::Clear),
                $crate::vapi::updates::with(&base, $wire, cleared[0].clone()),
                "{} cleared",
                $wire
            );
            assert_eq!(body(Patch::Set($value)), $crate::vapi::updates::with(&base, $wire, $json), "{} set", $wire);
            assert!(listed.insert(stringify!($field).to_owned()), "{} twice", $wire);
        )+
        assert_eq!(listed, $crate::vapi::updates::kept_fields(&$new));
    }};
}
pub(crate) use three_states;

/// The settings of a number in the update that `make` creates.
fn settings_have_three_states(base: Value, make: impl Fn(SettingsPatch) -> UpdatePhoneNumber) {
    three_states!(SettingsPatch::new(), |settings| body(make(settings)), base, besides BTreeSet::new(), {
        name = "Reception".to_owned() => "name": json!("Reception"), cleared json!("");
        assistant_id = ASSISTANT.to_owned() => "assistantId": json!(ASSISTANT);
        squad_id = SQUAD.to_owned() => "squadId": json!(SQUAD);
        workflow_id = WORKFLOW.to_owned() => "workflowId": json!(WORKFLOW);
        server = every_server_field() => "server": body(every_server_field());
        fallback_destination = every_number_field().into() => "fallbackDestination":
            with(&body(every_number_field()), "type", json!("number"));
        hooks = every_hook_field() => "hooks": body(every_hook_field());
    });
}

#[test]
fn every_setting_has_three_states_on_every_carrier() {
    settings_have_three_states(json!({}), SettingsPatch::into);
    settings_have_three_states(json!({"provider": "byo-phone-number"}), |settings| {
        UpdateByoNumber::new().settings(settings).into()
    });
    settings_have_three_states(json!({"provider": "twilio"}), |settings| {
        UpdateTwilioNumber::new().settings(settings).into()
    });
    settings_have_three_states(json!({"provider": "vonage"}), |settings| {
        UpdateVonageNumber::new().settings(settings).into()
    });
    settings_have_three_states(json!({"provider": "vapi"}), |settings| {
        UpdateVapiNumber::new().settings(settings).into()
    });
    settings_have_three_states(json!({"provider": "telnyx"}), |settings| {
        UpdateTelnyxNumber::new().settings(settings).into()
    });
}

#[test]
fn every_field_of_a_carrier_has_three_states() {
    fn whole(update: impl Into<UpdatePhoneNumber>) -> Value {
        body(update.into())
    }
    let settings = || kept_fields(&SettingsPatch::new());

    three_states!(UpdateByoNumber::new(), whole, json!({"provider": "byo-phone-number"}), besides settings(), {
        number = "18336840000".to_owned() => "number": json!("18336840000");
        number_e164_check_enabled = false => "numberE164CheckEnabled": json!(false);
        credential_id = CREDENTIAL.to_owned() => "credentialId": json!(CREDENTIAL);
    });
    three_states!(UpdateTwilioNumber::new(), whole, json!({"provider": "twilio"}), besides settings(), {
        number = number("+14155551234") => "number": json!("+14155551234");
        twilio_account_sid = account() => "twilioAccountSid": json!(account());
        twilio_auth_token = Secret::new("token") => "twilioAuthToken": json!("token");
        twilio_api_key = api_key() => "twilioApiKey": json!(api_key());
        twilio_api_secret = Secret::new("secret") => "twilioApiSecret": json!("secret");
        sms_enabled = false => "smsEnabled": json!(false);
    });
    three_states!(UpdateVonageNumber::new(), whole, json!({"provider": "vonage"}), besides settings(), {
        number = number("+14155550100") => "number": json!("+14155550100");
        credential_id = CREDENTIAL.to_owned() => "credentialId": json!(CREDENTIAL);
    });
    three_states!(UpdateVapiNumber::new(), whole, json!({"provider": "vapi"}), besides settings(), {
        sip_uri = "sip:me@sip.vapi.ai".to_owned() => "sipUri": json!("sip:me@sip.vapi.ai");
        authentication = sip_authentication() => "authentication": body(sip_authentication());
    });
    three_states!(UpdateTelnyxNumber::new(), whole, json!({"provider": "telnyx"}), besides settings(), {
        number = number("+14155550199") => "number": json!("+14155550199");
        credential_id = CREDENTIAL.to_owned() => "credentialId": json!(CREDENTIAL);
    });
}
