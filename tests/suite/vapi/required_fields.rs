//! Missing required fields of Vapi's objects are reported before anything is sent.

use numport::platform::vapi::{
    BackoffPlan, CallRinging, ContextPlan, CreateSipTrunkCredential, CreateVapiNumber, CustomMessage, EndingFilter,
    FallbackPlan, Gateway, Hook, HookAction, LastMessages, MessageContent, NumberDestination, OneOf, RingingFilter,
    SayAction, Server, Settings, SipAuthentication, SipDestination, StartsWith, TextContent, TransferPlan, Vapi,
};
use numport::platform::vapi::{CallEnding, TransferMode};
use numport::{Error, Result};

use crate::support::KEY;

fn fields<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result.unwrap_err() {
        Error::Invalid(invalid) => {
            assert!(invalid.problems.iter().all(|problem| problem.fault == "is missing"), "{invalid}");
            invalid.problems.into_iter().map(|problem| problem.field).collect()
        }
        other => panic!("{other:?}"),
    }
}

async fn missing(settings: Settings) -> Vec<String> {
    let client = Vapi::builder(KEY).base_url("http://127.0.0.1:1").build().unwrap();
    fields(client.create_number(CreateVapiNumber::new().settings(settings)).await)
}

#[tokio::test]
async fn of_a_server_and_a_destination() {
    let server = Server::new().backoff_plan(BackoffPlan::default());
    let plan = ["type", "maxRetries", "baseDelaySeconds"].map(|field| format!("server.backoffPlan.{field}"));
    assert_eq!(missing(Settings::new().server(server)).await, plan);

    let lacking = |settings| missing(settings);
    assert_eq!(
        lacking(Settings::new().fallback_destination(NumberDestination::default())).await,
        ["fallbackDestination.number"]
    );
    assert_eq!(
        lacking(Settings::new().fallback_destination(SipDestination::default())).await,
        ["fallbackDestination.sipUri"]
    );

    let plan = TransferPlan::default().fallback_plan(FallbackPlan::default());
    let to = SipDestination::new("sip:a@example.com").transfer_plan(plan);
    let named = ["mode", "fallbackPlan.message"].map(|field| format!("fallbackDestination.transferPlan.{field}"));
    assert_eq!(lacking(Settings::new().fallback_destination(to)).await, named);

    let plan =
        TransferPlan::new(TransferMode::Blind).context_engineering_plan(ContextPlan::from(LastMessages::default()));
    let to = SipDestination::new("sip:a@example.com").transfer_plan(plan);
    let named = ["fallbackDestination.transferPlan.contextEngineeringPlan.maxMessages"];
    assert_eq!(lacking(Settings::new().fallback_destination(to)).await, named);

    let message = CustomMessage::new().contents(vec![MessageContent::from(TextContent::default())]);
    let to = SipDestination::new("sip:a@example.com").message(message);
    let named = ["text", "language"].map(|field| format!("fallbackDestination.message.contents[0].{field}"));
    assert_eq!(lacking(Settings::new().fallback_destination(to)).await, named);
}

#[tokio::test]
async fn of_hooks() {
    let say = HookAction::from(SayAction::default());
    let ringing = CallRinging::new(vec![say.clone()]).filters(vec![RingingFilter::from(StartsWith::default())]);
    let ending = CallEnding::new().action(say).filters(vec![EndingFilter::from(OneOf::default())]);
    let hooks = vec![Hook::from(ringing), Hook::from(CallRinging::default()), Hook::from(ending)];
    let named = [
        "hooks[0].do[0].exact",
        "hooks[0].filters[0].key",
        "hooks[0].filters[0].startsWith",
        "hooks[1].do",
        "hooks[2].do.exact",
        "hooks[2].filters[0].key",
        "hooks[2].filters[0].oneOf",
    ];
    assert_eq!(missing(Settings::new().hooks(hooks)).await, named);
}

#[tokio::test]
async fn of_credentials() {
    let client = Vapi::builder(KEY).base_url("http://127.0.0.1:1").build().unwrap();
    let create = CreateSipTrunkCredential::new(vec![Gateway::default().inbound_enabled(false)]);
    assert_eq!(fields(client.create_credential(create).await), ["gateways[0].ip"]);
    let create = CreateVapiNumber::new().authentication(SipAuthentication::default());
    assert_eq!(fields(client.create_number(create).await), ["authentication.username", "authentication.password"]);
}
