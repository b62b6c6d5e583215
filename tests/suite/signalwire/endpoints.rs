//! Every documented exchange of SignalWire.

use numport::platform::signalwire::{
    AvailableCapabilities, CallHandler, CallHandlerKind, Capability, E911Status, FlowVersion, HttpMethod, ImportNumber,
    ImportType, ListNumbers, MessageHandler, MessageHandlerKind, NumberType, Pattern, PhoneNumber, PurchaseNumber,
    PurchaseType, ReceiveMode, SaleType, SearchNumbers, UpdateNumber, Webhook,
};
use numport::{E164, SignalWire};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{KEY, case, exchange, server};

pub(crate) const PROJECT: &str = "b3877c40-da60-4998-90ad-b792e98472ac";
pub(crate) const AGENT: &str = "fe4093d9-58c2-4931-b4b9-5679f82652c6";
pub(crate) const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const FLOW: &str = "00000000-0000-4000-8000-0000000000cf";
const ADDRESS: &str = "00000000-0000-4000-8000-0000000000e9";

pub(crate) fn client(uri: String) -> SignalWire {
    SignalWire::builder(PROJECT, KEY, "example").base_url(uri).build().unwrap()
}

pub(crate) fn import(number: &str, number_type: ImportType) -> ImportNumber {
    ImportNumber::new(number.parse().unwrap(), number_type)
}

/// The documented number with some fields changed.
pub(crate) fn documented(changes: Value) -> Value {
    let mut body = case("signalwire/get_number/documented").response.body;
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

async fn update(name: &str, update: UpdateNumber) -> PhoneNumber {
    let name = format!("signalwire/update_number/{name}");
    exchange(&name, client, |client| async move { client.update_number(ID, &update).await }).await
}

#[tokio::test]
async fn numbers_are_imported() {
    let two = import("+49152234333323", ImportType::Longcode).capabilities([Capability::Sms, Capability::Voice]);
    let send = |client: SignalWire| async move { client.import_number(&two).await };
    let imported = exchange("signalwire/import_number/two_channels", client, send).await;
    assert_eq!(imported.number_type, Some(NumberType::Longcode));
    assert_eq!(imported.capabilities, Some(vec![Capability::Sms, Capability::Voice]));
    assert_eq!((imported.country_code, imported.next_billed_at), (None, None));

    let all = import("+18005550123", ImportType::Tollfree);
    let send = |client: SignalWire| async move { client.import_number(&all).await };
    let imported = exchange("signalwire/import_number/all_channels", client, send).await;
    assert_eq!(imported.number_type, Some(NumberType::Tollfree));
}

#[tokio::test]
async fn numbers_are_imported_by_form() {
    let send = |import: ImportNumber| |client: SignalWire| async move { client.import_number_compat(&import).await };
    let plain = || import("+49152234333323", ImportType::Longcode);
    let imported = exchange("signalwire/import_number_compat/two_fields", client, send(plain())).await;
    assert_eq!(imported.sid, "16db4a36-8a97-4e10-98c5-58daafac95f9");
    assert_eq!(imported.capabilities.unwrap().mms, Some(false));

    let two = plain().capabilities([Capability::Sms, Capability::Voice]);
    exchange("signalwire/import_number_compat/two_channels", client, send(two)).await;

    let all = [Capability::Voice, Capability::Sms, Capability::Mms, Capability::Fax];
    let all = import("+18005550123", ImportType::Tollfree).capabilities(all);
    let imported = exchange("signalwire/import_number_compat/full", client, send(all)).await;
    assert_eq!(imported.origin.as_deref(), Some("hosted"));
    assert!(imported.extra.is_empty(), "{:?}", imported.extra);
}

#[tokio::test]
async fn numbers_are_listed() {
    let list = |list: ListNumbers| |client: SignalWire| async move { client.list_numbers(&list).await };
    let page = exchange("signalwire/list_numbers/plain", client, list(ListNumbers::new())).await;
    let types: Vec<_> = page.data.iter().map(|number| number.number_type.clone().unwrap()).collect();
    assert_eq!(types, [NumberType::Longcode, NumberType::TollFree]);
    assert_eq!(page.links.unwrap().next, None);

    let page = exchange("signalwire/list_numbers/first_of_many", client, list(ListNumbers::new().page_size(1))).await;
    let next = page.links.unwrap().next.unwrap();
    assert!(next.ends_with("page_number=1&page_size=1&page_token=PA3fa85f64-5717-4562-b3fc-2c963f66afa6"), "{next}");

    let every = ListNumbers::new().name("Main line").number("+1555").page_size(1000);
    assert!(exchange("signalwire/list_numbers/every_filter", client, list(every)).await.data.is_empty());
}

#[tokio::test]
async fn a_number_is_read() {
    let get = |client: SignalWire| async move { client.get_number(ID).await };
    let read = exchange("signalwire/get_number/documented", client, get).await;
    assert_eq!(read.call_handler, Some(CallHandlerKind::RelayScript));
    assert_eq!(read.message_handler, Some(MessageHandlerKind::LamlWebhooks));
    assert_eq!((read.e911_status, read.cnam), (None, None));

    let read = exchange("signalwire/get_number/full", client, get).await;
    assert_eq!(read.call_handler, Some(CallHandlerKind::SipGateway));
    assert_eq!(read.e911_status, Some(E911Status::PendingRemoval));
    assert_eq!(read.call_receive_mode, Some(ReceiveMode::Fax));
    assert_eq!(read.call_request_method, Some(HttpMethod::Get));
    assert_eq!(read.cnam.as_deref(), Some("NUMPORT DESK"));
    assert!(read.extra.is_empty(), "{:?}", read.extra);
}

#[tokio::test]
async fn calls_are_routed() {
    let script = || CallHandler::RelayScript(Webhook::new("https://example.com/swml"));
    update("swml", UpdateNumber::new().name("Main line").call_handler(script())).await;
    update("swml_alone", UpdateNumber::new().call_handler(script())).await;

    let request = Webhook::new("https://example.com/voice.xml");
    let plain = CallHandler::LamlWebhooks {
        request: request.clone().method(HttpMethod::Post),
        fallback: None,
        status_callback: None,
    };
    update("cxml", UpdateNumber::new().call_handler(plain)).await;
    let full = CallHandler::LamlWebhooks {
        request: request.method(HttpMethod::Get),
        fallback: Some(Webhook::new("https://example.com/fallback.xml").method(HttpMethod::Post)),
        status_callback: Some(Webhook::new("https://example.com/status").method(HttpMethod::Get)),
    };
    update("cxml_full", UpdateNumber::new().call_handler(full)).await;

    let agent = CallHandler::AiAgent { agent_id: AGENT.to_owned() };
    let updated = update("ai_agent", UpdateNumber::new().call_handler(agent)).await;
    assert_eq!(updated.calling_handler_resource_id.as_deref(), Some(AGENT));
    let flow = CallHandler::CallFlow { id: FLOW.to_owned(), version: Some(FlowVersion::WorkingCopy) };
    assert_eq!(
        update("call_flow", UpdateNumber::new().call_handler(flow)).await.call_handler,
        Some(CallHandlerKind::CallFlow)
    );
}

#[tokio::test]
async fn messages_receive_mode_and_name_are_changed() {
    let request = Webhook::new("https://example.com/sms.xml");
    let messages = MessageHandler::LamlWebhooks { request, fallback: None };
    let updated = update("messages", UpdateNumber::new().message_handler(messages)).await;
    assert_eq!(updated.message_request_url, Some("https://example.com/sms.xml".into()));
    update("receive_mode", UpdateNumber::new().call_receive_mode(ReceiveMode::Fax)).await;
    update("name", UpdateNumber::new().name("Front desk")).await;
}

#[tokio::test]
async fn a_number_is_released() {
    let server = server(ResponseTemplate::new(204)).await;
    client(server.uri()).release_number(ID).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let wanted = case("signalwire/release_number/documented").request;
    assert_eq!((requests[0].method.as_str(), requests[0].url.path()), (&*wanted.method, &*wanted.path));
    assert_eq!(requests[0].url.query(), None);
    assert!(requests[0].body.is_empty() && !requests[0].headers.contains_key("content-type"));
    assert_eq!(requests[0].headers["authorization"], wanted.headers.unwrap()["authorization"].as_str());
}

#[tokio::test]
async fn numbers_for_sale_are_searched_and_both_forms_of_results_read() {
    let search = |search: SearchNumbers| |client: SignalWire| async move { client.search_numbers(&search).await };
    let every = SearchNumbers::new()
        .area_code("512")
        .sale_type(SaleType::Local)
        .pattern(Pattern::StartsWith("555".to_owned()))
        .max_results(100)
        .region("TX")
        .city("San Marcos");
    for (name, asked) in [("documented", SearchNumbers::new()), ("every_parameter", every)] {
        let found = exchange(&format!("signalwire/search_numbers/{name}"), client, search(asked)).await;
        let number = &found.data[0];
        assert_eq!(number.number(), Some("+15125550123"));
        assert!(matches!(&number.capabilities, Some(AvailableCapabilities::List(list)) if list.len() == 4));
        assert!(number.can(&Capability::Voice) && number.can(&Capability::Mms));
    }
    let toll_free = SearchNumbers::new().sale_type(SaleType::TollFree);
    let found = exchange("signalwire/search_numbers/switches", client, search(toll_free)).await;
    let number = &found.data[0];
    assert_eq!(number.number(), Some("+15125550123"));
    assert!(matches!(number.capabilities, Some(AvailableCapabilities::Switches(_))), "{number:?}");
    assert!(number.can(&Capability::Voice) && !number.can(&Capability::Mms));
}

#[tokio::test]
async fn the_other_patterns_have_parameters_of_their_own() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!({"data": []}))).await;
    let digits = || "5550123".to_owned();
    for (pattern, query) in
        [(Pattern::Contains(digits()), "contains=5550123"), (Pattern::EndsWith(digits()), "ends_with=5550123")]
    {
        client(server.uri()).search_numbers(&SearchNumbers::new().pattern(pattern)).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.last().unwrap().url.query(), Some(query));
    }
}

#[tokio::test]
async fn numbers_are_bought() {
    let buy = |buy: PurchaseNumber| |client: SignalWire| async move { client.purchase_number(&buy).await };
    let number: E164 = "+15558675309".parse().unwrap();
    exchange("signalwire/purchase_number/documented", client, buy(PurchaseNumber::new(number))).await;
    let number: E164 = "+18335550123".parse().unwrap();
    let wanted = PurchaseNumber::new(number).number_type(PurchaseType::Tollfree);
    exchange("signalwire/purchase_number/toll_free", client, buy(wanted)).await;
}

#[tokio::test]
async fn an_emergency_address_is_assigned_and_removed() {
    let assign = |client: SignalWire| async move { client.assign_e911_address(ID, ADDRESS).await };
    let assigned = exchange("signalwire/assign_e911_address/pending", client, assign).await;
    assert_eq!(assigned.e911_address_id.as_deref(), Some(ADDRESS));
    let remove = |client: SignalWire| async move { client.remove_e911_address(ID).await };
    let removed = exchange("signalwire/remove_e911_address/pending_removal", client, remove).await;
    assert_eq!(removed.e911_status, Some(E911Status::PendingRemoval));
}

#[test]
fn both_spellings_of_toll_free_are_read_and_written_back() {
    for (spelling, number_type, free) in [
        ("toll-free", NumberType::TollFree, true),
        ("tollfree", NumberType::Tollfree, true),
        ("longcode", NumberType::Longcode, false),
    ] {
        let body = documented(json!({"number_type": spelling}));
        let read: PhoneNumber = serde_json::from_value(body.clone()).unwrap();
        let read_type = read.number_type.clone().unwrap();
        assert_eq!((&read_type, read_type.is_toll_free()), (&number_type, free));
        assert_eq!(serde_json::to_value(&read).unwrap(), body);
    }
    let read: PhoneNumber = serde_json::from_value(documented(json!({"number_type": "Toll Free"}))).unwrap();
    assert!(!read.number_type.unwrap().is_toll_free());
}

#[test]
fn an_older_response_with_few_fields_is_read() {
    let read: PhoneNumber = serde_json::from_value(json!({"id": ID, "number": "+15558675309"})).unwrap();
    assert_eq!((read.id.as_str(), read.call_handler), (ID, None));
    for missing in [json!({"id": ID}), json!({"number": "+15558675309"})] {
        serde_json::from_value::<PhoneNumber>(missing).unwrap_err();
    }
}

#[test]
fn a_null_caller_name_and_an_absent_one_round_trip() {
    for number in [documented(json!({"cnam": null})), documented(json!({"cnam": "Acme"})), documented(json!({}))] {
        let read: PhoneNumber = serde_json::from_value(number.clone()).unwrap();
        assert_eq!(read.cnam.as_deref(), number["cnam"].as_str());
        assert_eq!(serde_json::to_value(&read).unwrap(), number);
    }
    let compat = json!({"sid": "1", "phone_number": "+1", "verification_status": "verified"});
    let read: numport::platform::signalwire::CompatNumber = serde_json::from_value(compat).unwrap();
    assert_eq!(read.verification_status.as_deref(), Some("verified"));
}
