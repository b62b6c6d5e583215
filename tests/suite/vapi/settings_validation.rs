//! The documented rules for the settings of every number, on every carrier, in creates and updates.

use numport::Patch;
use numport::platform::vapi::{
    BackoffKind, BackoffPlan, CallEnding, CallRinging, CreateByoNumber, CreateTelnyxNumber, CreateTwilioNumber,
    CreateVapiNumber, CreateVonageNumber, CustomMessage, Destination, FallbackPlan, Headers, Hook, HookAction,
    LastMessages, MessageContent, NumberDestination, RingingKey, SayAction, Server, Settings, SettingsPatch,
    SipDestination, StartsWith, SummaryPlan, TextContent, TransferAction, TransferMode, TransferPlan, UpdateByoNumber,
    UpdateTelnyxNumber, UpdateTwilioNumber, UpdateVapiNumber, UpdateVonageNumber,
};
use serde_json::{Number, Value, json};

use super::numbers::{CREDENTIAL, account, number};
use super::validation_support::{Ask, Rules, create, update};

/// One setting, in a create and in an update.
#[derive(Clone)]
enum Setting {
    Name(String),
    Server(Server),
    Fallback(Destination),
    Hooks(Vec<Hook>),
}

impl Setting {
    fn made(self) -> Settings {
        match self {
            Self::Name(name) => Settings::new().name(name),
            Self::Server(server) => Settings::new().server(server),
            Self::Fallback(destination) => Settings::new().fallback_destination(destination),
            Self::Hooks(hooks) => Settings::new().hooks(hooks),
        }
    }

    fn changed(self) -> SettingsPatch {
        match self {
            Self::Name(name) => SettingsPatch::new().name(name),
            Self::Server(server) => SettingsPatch::new().server(server),
            Self::Fallback(destination) => SettingsPatch::new().fallback_destination(destination),
            Self::Hooks(hooks) => SettingsPatch::new().hooks(hooks),
        }
    }
}

/// Every request that can hold a setting.
fn everywhere() -> Vec<fn(Setting) -> Ask> {
    vec![
        |to| create(CreateByoNumber::new(CREDENTIAL, "+14155550100").settings(to.made())),
        |to| {
            let import = CreateTwilioNumber::new(number("+14155550100"), account());
            create(import.twilio_auth_token("t").settings(to.made()))
        },
        |to| create(CreateVonageNumber::new(CREDENTIAL, number("+14155550100")).settings(to.made())),
        |to| create(CreateVapiNumber::new().settings(to.made())),
        |to| create(CreateTelnyxNumber::new(CREDENTIAL, number("+14155550100")).settings(to.made())),
        |to| update(to.changed()),
        |to| update(UpdateByoNumber::new().settings(to.changed())),
        |to| update(UpdateTwilioNumber::new().settings(to.changed())),
        |to| update(UpdateVonageNumber::new().settings(to.changed())),
        |to| update(UpdateVapiNumber::new().settings(to.changed())),
        |to| update(UpdateTelnyxNumber::new().settings(to.changed())),
    ]
}

fn fallback(destination: impl Into<Destination>) -> Setting {
    Setting::Fallback(destination.into())
}

/// A fallback number and a fallback SIP address with this plan.
fn by_plan() -> [fn(TransferPlan) -> Setting; 2] {
    [
        |plan| fallback(NumberDestination::new("+14155550111").transfer_plan(plan)),
        |plan| fallback(SipDestination::new("sip:a@example.com").transfer_plan(plan)),
    ]
}

fn plan() -> TransferPlan {
    TransferPlan::new(TransferMode::Blind)
}

fn in_language(language: &str) -> CustomMessage {
    let english = TextContent::new("Hello", "en").into();
    let contents: Vec<MessageContent> = vec![english, TextContent::new("Hello", language).into()];
    CustomMessage::new().contents(contents)
}

#[tokio::test]
async fn every_request_that_holds_settings_checks_each_of_them() {
    for ask in everywhere() {
        let mut rules = Rules::new().await;
        rules.length("name", (0, 40), |name| ask(Setting::Name(name))).await;
        let server = |seconds: Number| Setting::Server(Server::new().timeout_seconds(seconds));
        rules.range("server.timeoutSeconds", (1, 300), |seconds| ask(server(seconds))).await;
        let extension = |text: String| fallback(NumberDestination::new("+14155550111").extension(text));
        rules.length("fallbackDestination.extension", (1, 10), |text| ask(extension(text))).await;
        let hook = |text: String| Setting::Hooks(vec![CallEnding::new().action(SayAction::new(text)).into()]);
        rules.length("hooks[0].do.exact", (0, 4000), |text| ask(hook(text))).await;
    }
    assert_eq!(everywhere().len(), 11);
}

fn ask(setting: Setting) -> Ask {
    create(CreateVapiNumber::new().settings(setting.made()))
}

#[tokio::test]
async fn a_server_has_ranges() {
    let mut rules = Rules::new().await;
    let with = |server| ask(Setting::Server(server));
    let backoff = |retries: Number, delay: Number| {
        with(Server::new().backoff_plan(BackoffPlan::new(BackoffKind::Exponential, retries, delay)))
    };
    rules.range("server.backoffPlan.maxRetries", (0, 10), |retries| backoff(retries, 1.into())).await;
    rules.range("server.backoffPlan.baseDelaySeconds", (0, 10), |delay| backoff(1.into(), delay)).await;
    let header = |value: Value| {
        let Value::Object(headers) = json!({"X-Fine": "", "X-Level": value}) else { unreachable!() };
        with(Server::new().headers(Headers(headers)))
    };
    rules.row("server.headers.X-Level", [json!("2")], [json!(2), json!(null), json!({}), json!(["a"])], header).await;
}

#[tokio::test]
async fn a_destination_has_a_form() {
    let mut rules = Rules::new().await;
    let to = |number: &str| NumberDestination::new(number);
    let (good, bad) = (["+12", "+123456789012345"], ["14155550100", "+0123", "+1234567890123456", "+1 415"]);
    let field = "fallbackDestination.number";
    rules.row(field, good, bad, |number| ask(fallback(to(number)))).await;
    rules.row(field, good, bad, |number| ask(fallback(to(number).number_e164_check_enabled(true)))).await;
    let (long, longer) = ("a".repeat(40), "a".repeat(41));
    let (good, bad) = (["abc", "+01", &long], ["ab", &longer, "a b", "++12"]);
    rules.row(field, good, bad, |number| ask(fallback(to(number).number_e164_check_enabled(false)))).await;

    let field = "fallbackDestination.callerId";
    rules.length(field, (0, 40), |text| ask(fallback(to("+14155550111").caller_id(text)))).await;
    rules.length(field, (0, 40), |text| ask(fallback(SipDestination::new("sip:a@b").caller_id(text)))).await;
}

#[tokio::test]
async fn a_message_has_a_maximum_length_and_known_languages() {
    let mut rules = Rules::new().await;
    let by_number = |message: CustomMessage| ask(fallback(NumberDestination::new("+14155550111").message(message)));
    let by_sip = |message: CustomMessage| ask(fallback(SipDestination::new("sip:a@b").message(message)));
    let by_speech = |message: CustomMessage| ask(by_plan()[0](plan().message(message)));
    let by_apology = |message: CustomMessage| ask(by_plan()[0](plan().fallback_plan(FallbackPlan::new(message))));
    let asks: [(&str, &dyn Fn(CustomMessage) -> Ask); 4] = [
        ("fallbackDestination.message", &by_number),
        ("fallbackDestination.message", &by_sip),
        ("fallbackDestination.transferPlan.message", &by_speech),
        ("fallbackDestination.transferPlan.fallbackPlan.message", &by_apology),
    ];
    for (message, ask) in asks {
        let content = |text: String| ask(CustomMessage::new().content(text));
        rules.length(&format!("{message}.content"), (0, 1000), content).await;
        let languages = (["aa", "de", "en", "yue", "zu"], ["", "EN", "en-US", "xx", "eng", "é"]);
        let language = format!("{message}.contents[1].language");
        rules.row(&language, languages.0, languages.1, |language| ask(in_language(language))).await;
    }
}

#[tokio::test]
async fn every_documented_language_is_accepted() {
    let listed = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de \
        dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik \
        io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr \
        ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk \
        sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi \
        yue yo za zh zu";
    let contents: Vec<MessageContent> = listed.split(' ').map(|code| TextContent::new("Hi", code).into()).collect();
    assert_eq!(contents.len(), 185);
    let message = CustomMessage::new().contents(contents);
    let everything = fallback(NumberDestination::new("+14155550111").message(message));
    Rules::new().await.takes("languages", ask(everything)).await;
}

#[tokio::test]
async fn a_transfer_plan_has_ranges() {
    let mut rules = Rules::new().await;
    for with in by_plan() {
        let field = |name: &str| format!("fallbackDestination.transferPlan.{name}");
        rules.range(&field("timeout"), (1, 600), |to| ask(with(plan().timeout(to)))).await;
        rules.range(&field("dialTimeout"), (1, 600), |to| ask(with(plan().dial_timeout(to)))).await;
        rules.length(&field("twiml"), (0, 4096), |to| ask(with(plan().twiml(to)))).await;
        let summary = |to: Number| plan().summary_plan(SummaryPlan::new().timeout_seconds(to));
        rules.range(&field("summaryPlan.timeoutSeconds"), (1, 60), |to| ask(with(summary(to)))).await;
        let last = |count: i32| plan().context_engineering_plan(LastMessages::new(count));
        let messages = field("contextEngineeringPlan.maxMessages");
        rules.row(&messages, [0, i32::MAX], [-1, i32::MIN], |count| ask(with(last(count)))).await;
    }
}

#[tokio::test]
async fn a_hook_has_maximum_lengths() {
    let mut rules = Rules::new().await;
    // The second hook, action and filter, and the third prefix, so that each index in the path differs.
    let hooks = |hook: Hook| ask(Setting::Hooks(vec![CallEnding::new().into(), hook]));
    let say = || HookAction::from(SayAction::new("Hello"));
    let ringing = |action: HookAction| hooks(CallRinging::new(vec![say(), action]).into());
    let ending = |action: HookAction| hooks(CallEnding::new().action(action).into());
    rules.length("hooks[1].do[1].exact", (0, 4000), |text| ringing(SayAction::new(text).into())).await;
    rules.length("hooks[1].do.exact", (0, 4000), |text| ending(SayAction::new(text).into())).await;
    let transfer = |extension: String| -> HookAction {
        TransferAction::new().destination(NumberDestination::new("+14155550111").extension(extension)).into()
    };
    rules.length("hooks[1].do[1].destination.extension", (1, 10), |text| ringing(transfer(text))).await;
    rules.length("hooks[1].do.destination.extension", (1, 10), |text| ending(transfer(text))).await;

    let prefix = |prefix: String| {
        let first = StartsWith::new(RingingKey::Number, vec!["91".to_owned()]);
        let second = StartsWith::new(RingingKey::Number, vec!["86".to_owned(), "7".to_owned(), prefix]);
        hooks(CallRinging::new(vec![say()]).filters(vec![first.into(), second.into()]).into())
    };
    rules.length("hooks[1].filters[1].startsWith[2]", (0, 20), prefix).await;
    rules.row("hooks[1].filters[1].startsWith[2]", ["7".to_owned()], ["+7".to_owned()], prefix).await;
}

#[tokio::test]
async fn settings_that_are_kept_or_cleared_break_no_rule() {
    let cleared = SettingsPatch::new()
        .name(Patch::Clear)
        .server(Patch::Clear)
        .fallback_destination(Patch::Clear)
        .hooks(Patch::Clear);
    let mut rules = Rules::new().await;
    rules.takes("cleared", update(cleared)).await;
    rules.takes("kept", update(SettingsPatch::new())).await;
    let silence = NumberDestination::new("+14155550111").message("");
    rules.takes("silence", update(Setting::Fallback(silence.into()).changed())).await;
}
