//! Every documented rule for SignalWire's requests: values at the limits are sent, and values beyond them are refused
//! before anything is sent.

use numport::SignalWire;
use numport::platform::signalwire::{
    CallHandler, ImportNumber, ImportType, ImportableNumber, ImportableNumberError, ListNumbers, MessageHandler,
    Pattern, SaleType, SearchNumbers, UpdateNumber, Webhook,
};
use serde_json::json;

use crate::signalwire::endpoints::{AGENT, ID, client, import};
use crate::support::validation::Edges;

async fn edges() -> Edges<SignalWire> {
    // A response that is valid for a number, a page and a number of the compatibility API.
    let answer = json!({"id": "n1", "number": "+15558675309", "sid": "n1", "phone_number": "+15558675309", "data": []});
    Edges::new(answer, client).await
}

#[test]
fn a_number_to_import_is_5_to_30_characters_of_digits_and_a_plus() {
    let read = |text: &str| text.parse::<ImportableNumber>().map(|number| number.to_string());
    for good in ["12345", "+1234", "+00000", &"7".repeat(30), &format!("+{}", "7".repeat(29))] {
        assert_eq!(read(good).as_deref(), Ok(good));
    }
    for (bad, characters) in [("", 0), ("+", 1), ("1234", 4), ("+123", 4)] {
        assert_eq!(read(bad), Err(ImportableNumberError::Length { characters }), "{bad}");
    }
    for long in ["7".repeat(31), format!("+{}", "7".repeat(30))] {
        assert_eq!(read(&long), Err(ImportableNumberError::Length { characters: 31 }));
    }
    for (bad, at, found) in [
        ("12345a", 5, 'a'),
        ("1+2345", 1, '+'),
        ("++12345", 1, '+'),
        ("+1 4155552671", 2, ' '),
        (" +14155552671", 0, ' '),
        ("+1415555267\n", 11, '\n'),
        ("١٢٣٤٥", 0, '١'),
    ] {
        assert_eq!(read(bad), Err(ImportableNumberError::InvalidCharacter { at, found }), "{bad:?}");
    }
}

#[tokio::test]
async fn an_import_has_a_nonempty_list_of_capabilities_or_none() {
    let mut rules = edges().await;
    let one = || import("12345", ImportType::Longcode);
    rules.takes("no plus", async |client| client.import_number(&one()).await).await;
    rules.refuses(&["capabilities"], async |client| client.import_number(&one().capabilities([])).await).await;
    let plus = import("+12345", ImportType::Longcode).capabilities([]);
    rules.refuses(&["capabilities"], async |client| client.import_number_compat(&plus).await).await;
}

#[tokio::test]
async fn the_compatibility_api_requires_a_plus_and_5_digits() {
    let mut rules = edges().await;
    let long = format!("+{}", "7".repeat(29));
    for good in ["+12345", long.as_str()] {
        let import = import(good, ImportType::Longcode);
        rules.takes(good, async |client| client.import_number_compat(&import).await).await;
    }
    for bad in ["+1234", "12345", &"7".repeat(30)] {
        let import = import(bad, ImportType::Longcode);
        rules.takes(bad, async |client| client.import_number(&import).await).await;
        rules.refuses(&["number"], async |client| client.import_number_compat(&import).await).await;
    }
    let both: ImportNumber = import("12345", ImportType::Tollfree).capabilities([]);
    let told =
        rules.refuses(&["capabilities", "number"], async |client| client.import_number_compat(&both).await).await;
    assert!(told.starts_with("signalwire: import number was not sent: `capabilities` is empty; "), "{told}");
}

#[tokio::test]
async fn a_page_has_1_to_1000_numbers() {
    let mut rules = edges().await;
    for size in [1, 1000] {
        rules.takes("size", async |client| client.list_numbers(&ListNumbers::new().page_size(size)).await).await;
    }
    for size in [0, 1001, u16::MAX] {
        let list = ListNumbers::new().page_size(size);
        rules.refuses(&["page_size"], async |client| client.list_numbers(&list).await).await;
        let first = async |client: SignalWire| {
            let mut numbers = client.numbers(list.clone());
            futures_util::TryStreamExt::try_next(&mut numbers).await
        };
        rules.refuses(&["page_size"], first).await;
    }
}

#[tokio::test]
async fn a_search_follows_its_rules() {
    type Make = fn(String) -> Pattern;

    let mut rules = edges().await;
    let new = SearchNumbers::new;
    let patterns: [(&str, Make); 3] =
        [("starts_with", Pattern::StartsWith), ("contains", Pattern::Contains), ("ends_with", Pattern::EndsWith)];
    for (field, make) in patterns {
        for good in ["123", "1234567"] {
            let search = new().pattern(make(good.to_owned()));
            rules.takes(good, async |client| client.search_numbers(&search).await).await;
        }
        for bad in ["12", "12345678", "12a", "1+23", "٣٤٥"] {
            let search = new().pattern(make(bad.to_owned()));
            rules.refuses(&[field], async |client| client.search_numbers(&search).await).await;
        }
        // Both the length and the form are wrong.
        let search = new().pattern(make("ab".to_owned()));
        rules.refuses(&[field, field], async |client| client.search_numbers(&search).await).await;
    }
    let good = [
        new().max_results(1),
        new().max_results(100),
        new().region("TX"),
        new().region("tx").city("Austin"),
        new().sale_type(SaleType::TollFree),
        new().sale_type(SaleType::Local).region("TX").city("Austin"),
    ];
    for search in good {
        rules.takes("search", async |client| client.search_numbers(&search).await).await;
    }
    let bad = [
        (vec!["max_results"], new().max_results(0)),
        (vec!["max_results"], new().max_results(101)),
        (vec!["region"], new().region("")),
        (vec!["region"], new().region("T")),
        (vec!["region"], new().region("TEX")),
        (vec!["region"], new().region("T1")),
        (vec!["region"], new().region("é")),
        (vec!["city"], new().city("Austin")),
        (vec!["region"], new().sale_type(SaleType::TollFree).region("TX")),
        (vec!["region", "city"], new().sale_type(SaleType::TollFree).region("TX").city("Austin")),
    ];
    for (fields, search) in bad {
        rules.refuses(&fields, async |client| client.search_numbers(&search).await).await;
    }
    let all = new().pattern(Pattern::Contains("x".to_owned())).max_results(101).city("Austin");
    let fields = ["contains", "contains", "max_results", "city"];
    rules.refuses(&fields, async |client| client.search_numbers(&all).await).await;
}

#[tokio::test]
async fn a_handler_requires_its_fields() {
    use CallHandler as To;

    let mut rules = edges().await;
    let none = String::new;
    let (empty, good) = (|| Webhook::new(""), || Webhook::new("https://example.com/a"));
    let bad = [
        ("call_relay_script_url", To::RelayScript(empty())),
        ("call_request_url", To::LamlWebhooks { request: empty(), fallback: None, status_callback: None }),
        ("call_fallback_url", To::LamlWebhooks { request: good(), fallback: Some(empty()), status_callback: None }),
        (
            "call_status_callback_url",
            To::LamlWebhooks { request: good(), fallback: None, status_callback: Some(empty()) },
        ),
        ("call_laml_application_id", To::LamlApplication { id: none() }),
        ("call_relay_application", To::RelayApplication { name: none() }),
        ("call_relay_topic", To::RelayTopic { topic: none(), status_callback_url: None }),
        (
            "call_relay_topic_status_callback_url",
            To::RelayTopic { topic: "t".into(), status_callback_url: Some(none().into()) },
        ),
        ("call_relay_context", To::RelayContext { context: none(), status_callback_url: None }),
        (
            "call_relay_context_status_callback_url",
            To::RelayContext { context: "c".into(), status_callback_url: Some(none().into()) },
        ),
        ("call_relay_connector_id", To::RelayConnector { id: none() }),
        ("call_sip_endpoint_id", To::RelaySipEndpoint { id: none() }),
        ("call_verto_resource", To::RelayVertoEndpoint { resource: none() }),
        ("call_video_room_id", To::VideoRoom { id: none() }),
        ("call_dialogflow_agent_id", To::Dialogflow { agent_id: none() }),
        ("call_ai_agent_id", To::AiAgent { agent_id: none() }),
        ("call_flow_id", To::CallFlow { id: none(), version: None }),
    ];
    for (field, handler) in bad {
        let update = UpdateNumber::new().call_handler(handler);
        rules.refuses(&[field], async |client| client.update_number(ID, &update).await).await;
    }
    let bad = [
        ("message_request_url", MessageHandler::LamlWebhooks { request: empty(), fallback: None }),
        ("message_fallback_url", MessageHandler::LamlWebhooks { request: good(), fallback: Some(empty()) }),
        ("message_laml_application_id", MessageHandler::LamlApplication { id: none() }),
        ("message_relay_topic", MessageHandler::RelayTopic { topic: none() }),
        ("message_relay_application", MessageHandler::RelayApplication { name: none() }),
        ("message_relay_context", MessageHandler::RelayContext { context: none() }),
    ];
    for (field, handler) in bad {
        let update = UpdateNumber::new().message_handler(handler);
        rules.refuses(&[field], async |client| client.update_number(ID, &update).await).await;
    }
    let both = UpdateNumber::new()
        .call_handler(To::LamlWebhooks { request: empty(), fallback: Some(empty()), status_callback: None })
        .message_handler(MessageHandler::RelayTopic { topic: none() });
    let fields = ["call_request_url", "call_fallback_url", "message_relay_topic"];
    rules.refuses(&fields, async |client| client.update_number(ID, &both).await).await;
    let kept = UpdateNumber::new();
    rules.takes("nothing", async |client| client.update_number(ID, &kept).await).await;
}

#[tokio::test]
async fn ids_documented_as_uuids_must_be_uuids() {
    type Make = fn(String) -> CallHandler;

    let mut rules = edges().await;
    let handlers: [(&str, Make); 3] = [
        ("call_video_room_id", |id| CallHandler::VideoRoom { id }),
        ("call_ai_agent_id", |agent_id| CallHandler::AiAgent { agent_id }),
        ("call_flow_id", |id| CallHandler::CallFlow { id, version: None }),
    ];
    let odd = ["agent-1", "fe4093d9-58c2-4931-b4b9-5679f82652c", "fe4093d958c24931b4b95679f82652c6", "{fe4093d9}"];
    let upper = AGENT.to_uppercase();
    for (field, make) in handlers {
        for good in [AGENT, &upper] {
            let update = UpdateNumber::new().call_handler(make(good.to_owned()));
            rules.takes(field, async |client| client.update_number(ID, &update).await).await;
        }
        for bad in odd {
            let update = UpdateNumber::new().call_handler(make(bad.to_owned()));
            rules.refuses(&[field], async |client| client.update_number(ID, &update).await).await;
        }
    }
    rules.takes("address", async |client| client.assign_e911_address(ID, AGENT).await).await;
    for bad in odd {
        rules.refuses(&["e911_address_id"], async |client| client.assign_e911_address(ID, bad).await).await;
    }
}

#[tokio::test]
async fn a_call_about_one_number_requires_its_id() {
    let rules = edges().await;
    for id in ["", ".", "..", "a\nb"] {
        rules.refuses(&["id"], async |client| client.get_number(id).await).await;
        rules.refuses(&["id"], async |client| client.update_number(id, &UpdateNumber::new().name("x")).await).await;
        rules.refuses(&["id"], async |client| client.release_number(id).await).await;
        rules.refuses(&["id"], async |client| client.assign_e911_address(id, AGENT).await).await;
        rules.refuses(&["id"], async |client| client.remove_e911_address(id).await).await;
    }
}
