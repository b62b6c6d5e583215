//! The settings of numbers of every carrier: every field, once.

use numport::platform::vapi::{
    AllContext, BackoffKind, BackoffPlan, CallEnding, CallRinging, ContextPlan, CreateByoNumber, CreateTwilioNumber,
    CustomMessage, Destination, EndedReason, EndingFilter, EndingKey, FallbackPlan, Headers, Hook, HookAction,
    LastMessages, Message, MessageContent, NoContext, NumberDestination, OneOf, RingingFilter, RingingKey, SayAction,
    Server, Settings, SipDestination, SipVerb, StartsWith, SummaryPlan, TextContent, TransferAction, TransferMode,
    TransferPlan,
};
use serde_json::{Number, Value, json};

use super::numbers::{ASSISTANT, CREDENTIAL, account, api_key, create, number};

pub(crate) const SQUAD: &str = "5a1c2f5e-0000-4000-8000-0000000000a1";
pub(crate) const WORKFLOW: &str = "5a1c2f5e-0000-4000-8000-0000000000a2";

pub(crate) fn every_server_field() -> Server {
    let statuses: Vec<Number> = [400, 401, 403, 404].map(Number::from).into();
    Server::new()
        .url("https://example.com/vapi")
        .timeout_seconds(20)
        .header("X-Team", "front desk")
        .header("Authorization", "Bearer planted-webhook-token")
        .credential_id("550e8400-e29b-41d4-a716-446655440000")
        .backoff_plan(BackoffPlan::new(BackoffKind::Fixed, 0, 1).excluded_status_codes(statuses))
        .static_ip_addresses_enabled(false)
        .encrypted_paths(vec!["$.message.customer.number".to_owned()])
}

fn in_two_languages() -> CustomMessage {
    let contents: Vec<MessageContent> = [("One moment.", "en"), ("Einen Augenblick.", "de")]
        .map(|(text, language)| TextContent::new(text, language).into())
        .into();
    CustomMessage::new().content("One moment.").contents(contents)
}

fn every_plan_field(
    mode: TransferMode,
    verb: SipVerb,
    context: impl Into<ContextPlan>,
    message: impl Into<Message>,
    apology: impl Into<Message>,
) -> TransferPlan {
    let Value::Object(prompt) = json!({"role": "system", "content": "Sum it up."}) else { unreachable!() };
    TransferPlan::new(mode)
        .message(message)
        .timeout(60)
        .sip_verb(verb)
        .dial_timeout(30)
        .hold_audio_url("https://example.com/hold.mp3")
        .transfer_complete_audio_url("https://example.com/done.wav")
        .context_engineering_plan(context)
        .twiml("<Say>Hello</Say>")
        .summary_plan(SummaryPlan::new().messages(vec![prompt]).enabled(true).timeout_seconds(5))
        .sip_headers_in_refer_to_enabled(true)
        .fallback_plan(FallbackPlan::new(apology).end_call_enabled(false))
}

pub(crate) fn every_number_field() -> NumberDestination {
    let last = LastMessages::new(10);
    let plan = every_plan_field(TransferMode::Experimental, SipVerb::Refer, last, "A caller.", in_two_languages());
    NumberDestination::new("+14155550111")
        .number_e164_check_enabled(true)
        .extension("42")
        .caller_id("{{customer.number}}")
        .message(in_two_languages())
        .transfer_plan(plan)
        .description("The front desk")
}

fn every_sip_field() -> SipDestination {
    let Value::Object(headers) = json!({"X-Team": "front desk", "X-Level": 2}) else { unreachable!() };
    let all = AllContext::new();
    let plan = every_plan_field(TransferMode::Blind, SipVerb::Dial, all, in_two_languages(), "Nobody is there.");
    SipDestination::new("sip:14039932200@sip.telnyx.com")
        .caller_id("+14155550112")
        .sip_headers(Headers(headers))
        .message("")
        .transfer_plan(plan)
        .description("The night desk")
}

pub(crate) fn every_hook_field() -> Vec<Hook> {
    let plan =
        TransferPlan::new(TransferMode::SaySummary).sip_verb(SipVerb::Bye).context_engineering_plan(NoContext::new());
    let desk = SipDestination::new("sip:15557654321@sip.zadarma.com").transfer_plan(plan);
    let actions: Vec<HookAction> =
        vec![SayAction::new("inbound calling is disabled.").into(), TransferAction::new().destination(desk).into()];
    let prefixes: Vec<String> = ["91", "86", "7"].map(str::to_owned).into();
    let from: Vec<RingingFilter> = vec![StartsWith::new(RingingKey::Number, prefixes).into()];
    let reasons = vec![
        EndedReason::RequestFailed,
        EndedReason::ReturnedError,
        EndedReason::ReturnedUnspeakableError,
        EndedReason::ReturnedInvalidAssistant,
        EndedReason::ReturnedNoAssistant,
        EndedReason::ReturnedForwardingNumber,
    ];
    let after: Vec<EndingFilter> = vec![OneOf::new(EndingKey::EndedReason, reasons).into()];
    let other_desk = TransferAction::new().destination(NumberDestination::new("+14155550113"));
    vec![CallRinging::new(actions).filters(from).into(), CallEnding::new().action(other_desk).filters(after).into()]
}

#[tokio::test]
async fn every_field_with_a_fallback_number() {
    let settings = Settings::new()
        .name("Front desk")
        .assistant_id(ASSISTANT)
        .squad_id(SQUAD)
        .workflow_id(WORKFLOW)
        .server(every_server_field())
        .fallback_destination(every_number_field())
        .hooks(every_hook_field());
    let import = CreateTwilioNumber::new(number("+14155551234"), account())
        .twilio_auth_token("planted-auth-token")
        .twilio_api_key(api_key())
        .twilio_api_secret("planted-api-secret")
        .sms_enabled(true)
        .settings(settings);
    let made = create("full_number_destination", import).await;

    // The response is what was built, so no known field is among the unknown ones.
    assert_eq!(made.server, Some(Box::new(every_server_field())));
    assert_eq!(made.fallback_destination, Some(Box::new(Destination::from(every_number_field()))));
    assert_eq!(made.hooks, Some(every_hook_field()));
    assert!(made.extra.is_empty(), "{:?}", made.extra);
}

#[tokio::test]
async fn every_field_with_a_fallback_sip_address() {
    let half = Number::from_f64(0.5).unwrap();
    let hooks: Vec<Hook> = vec![
        CallRinging::new(vec![TransferAction::new().into()]).into(),
        CallEnding::new().action(SayAction::new("Goodbye.")).into(),
        CallEnding::new().into(),
    ];
    let settings = Settings::new()
        .server(Server::new().backoff_plan(BackoffPlan::new(BackoffKind::Exponential, 10, half)))
        .fallback_destination(every_sip_field())
        .hooks(hooks.clone());
    let import = CreateByoNumber::new(CREDENTIAL, "15551234567").number_e164_check_enabled(false).settings(settings);
    let made = create("full_sip_destination", import).await;

    assert_eq!(made.fallback_destination, Some(Box::new(Destination::from(every_sip_field()))));
    assert_eq!(made.hooks, Some(hooks));
}
