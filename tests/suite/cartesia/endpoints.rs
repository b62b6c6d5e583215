//! Every documented exchange of Cartesia, and the local rules.

use futures_util::TryStreamExt;
use numport::platform::cartesia::{
    Cartesia, CreateTwilioProvider, ImportNumber, ListNumbers, ListProviders, NumberPage, PhoneNumber, Provider,
    ProviderRef, ProviderType, ProvisionNumber, Region, UpdateNumber, UpdateTwilioProvider,
};
use numport::{E164, Error, Patch, Result};
use serde_json::json;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::validation::problem_fields;
use crate::support::{KEY, at_once, done, exchange};

pub(crate) const NUMBER: &str = "+14155552671";
const ID: &str = "pn_abc123";
const LINK: &str = "prov_abc123";
const SID: &str = "AC00000000000000000000000000000000";
const KEY_SID: &str = "SK00000000000000000000000000001234";

pub(crate) fn client(uri: String) -> Cartesia {
    Cartesia::builder(KEY).base_url(uri).retry(at_once()).build().unwrap()
}

fn import(provider: ProviderRef) -> ImportNumber {
    ImportNumber::new("Front desk", NUMBER.parse::<E164>().unwrap(), provider)
}

#[tokio::test]
async fn numbers_are_imported_and_bought() {
    let by_id = import(ProviderRef::id(LINK)).agent_id("agent_abc123");
    let call = |client: Cartesia| async move { client.import_number(&by_id).await };
    let number: PhoneNumber = exchange("cartesia/import_number/by_id", client, call).await;
    assert_eq!(number.agent.unwrap().id.as_deref(), Some("agent_abc123"));
    let by_account = import(ProviderRef::twilio(SID, Region::Us1));
    let call = |client: Cartesia| async move { client.import_number(&by_account).await };
    let number: PhoneNumber = exchange("cartesia/import_number/by_account", client, call).await;
    assert_eq!((number.agent, number.provider.unwrap().region), (None, Some(Region::Us1)));
    let call = |client: Cartesia| async move { client.provision_number(&ProvisionNumber::new("Front desk")).await };
    exchange("cartesia/provision_number/documented", client, call).await;
}

#[tokio::test]
async fn a_number_is_read_updated_and_removed() {
    let call = |client: Cartesia| async move { client.get_number(ID).await };
    let number: PhoneNumber = exchange("cartesia/get_number/cartesia", client, call).await;
    assert_eq!(number.provider.unwrap().kind, Some(ProviderType::Cartesia));
    let assign = UpdateNumber::new().label("Desk").provider(ProviderRef::id(LINK)).agent_id("agent_abc123".to_owned());
    for (case, update) in [("assign", assign), ("unassign", UpdateNumber::new().agent_id(Patch::Clear))] {
        let call = |client: Cartesia| async move { client.update_number(ID, &update).await };
        exchange(&format!("cartesia/update_number/{case}"), client, call).await;
    }
    done("cartesia/delete_number/documented", client, |client| async move { client.delete_number(ID).await }).await;
}

#[tokio::test]
async fn numbers_are_listed() {
    let filtered = ListNumbers::new()
        .agent_id("agent_abc123")
        .provider_id(LINK)
        .q(NUMBER)
        .starting_after("pn_1")
        .ending_before("pn_2")
        .kind(ProviderType::Twilio)
        .limit(100);
    for (case, list, more) in [("first", ListNumbers::new(), true), ("filtered", filtered, false)] {
        let call = |client: Cartesia| async move { client.list_numbers(&list).await };
        let page: NumberPage = exchange(&format!("cartesia/list_numbers/{case}"), client, call).await;
        assert_eq!(page.has_more, Some(more));
    }
    let call = |client: Cartesia| async move { client.list_agent_numbers("agent_abc123").await };
    exchange::<Vec<PhoneNumber>, _, _>("cartesia/list_agent_numbers/old", client, call).await;
}

#[tokio::test]
async fn links_are_listed_made_changed_and_removed() {
    let filtered = ListProviders::new().kind(ProviderType::Twilio).account_sid(SID);
    for (case, list) in [("all", ListProviders::new()), ("filtered", filtered)] {
        let call = |client: Cartesia| async move { client.list_providers(&list).await };
        exchange::<Vec<Provider>, _, _>(&format!("cartesia/list_providers/{case}"), client, call).await;
    }
    let create = CreateTwilioProvider::new(SID, KEY_SID, "planted-secret").region(Region::Ie1);
    let call = |client: Cartesia| async move { client.create_provider(create).await };
    let made: Provider = exchange("cartesia/create_provider/full", client, call).await;
    assert_eq!(made.region, Some(Region::Ie1));
    let call = |client: Cartesia| async move { client.get_provider(LINK).await };
    exchange::<Provider, _, _>("cartesia/get_provider/documented", client, call).await;
    let key = UpdateTwilioProvider::new().api_key_sid(KEY_SID).api_key_secret("planted-secret").region(Region::Au1);
    let call = |client: Cartesia| async move { client.update_provider(LINK, key).await };
    exchange::<Provider, _, _>("cartesia/update_provider/key", client, call).await;
    done("cartesia/delete_provider/documented", client, |client| async move { client.delete_provider(LINK).await })
        .await;
}

/// The refused fields of each call; a call that is not refused is sent, and the server answers 404.
#[tokio::test]
async fn bad_values_are_refused_before_anything_is_sent() {
    let server = MockServer::start().await;
    let cartesia = client(server.uri());
    let fields = |result: Result<()>| match result.unwrap_err() {
        error @ Error::Invalid(_) => problem_fields(&error).into_iter().map(str::to_owned).collect(),
        error => {
            assert_eq!(error.status().unwrap().as_u16(), 404);
            Vec::<String>::new()
        }
    };
    let number = || NUMBER.parse::<E164>().unwrap();
    for (import, expected) in [
        (import(ProviderRef::twilio(SID, None)), vec![]),
        (ImportNumber::new("", number(), ProviderRef::id("")).agent_id(""), vec!["label", "agent_id", "provider.id"]),
        (import(ProviderRef::twilio("", None)), vec!["provider.account_sid"]),
    ] {
        assert_eq!(fields(cartesia.import_number(&import).await.map(drop)), expected, "{import:?}");
    }
    for (update, expected) in [
        (UpdateNumber::new(), vec![]),
        (UpdateNumber::new().agent_id(String::new()), vec!["agent_id"]),
        (UpdateNumber::new().provider(ProviderRef::twilio(SID, None)), vec!["provider.id"]),
    ] {
        assert_eq!(fields(cartesia.update_number(ID, &update).await.map(drop)), expected, "{update:?}");
    }
    assert_eq!(fields(cartesia.provision_number(&ProvisionNumber::new("")).await.map(drop)), ["label"]);
    for (limit, expected) in [(1, vec![]), (100, vec![]), (0, vec!["limit"]), (101, vec!["limit"])] {
        assert_eq!(fields(cartesia.list_numbers(&ListNumbers::new().limit(limit)).await.map(drop)), expected);
    }
    let create = fields(cartesia.create_provider(CreateTwilioProvider::new("", "", "")).await.map(drop));
    assert_eq!(create, ["account_sid", "api_key_sid", "api_key_secret"]);
    let update = UpdateTwilioProvider::new().api_key_sid("").api_key_secret("");
    assert_eq!(fields(cartesia.update_provider(LINK, update).await.map(drop)), ["api_key_sid", "api_key_secret"]);
    // A key that was sent over http may be rotated.
    let error = Cartesia::builder(KEY).base_url("http://api.cartesia.ai").build().unwrap_err();
    assert_eq!(problem_fields(&error), ["base_url"]);
}

fn page(ids: &[&str], more: Option<bool>) -> ResponseTemplate {
    let data: Vec<_> = ids.iter().map(|id| json!({"id": id, "number": NUMBER, "agent": null})).collect();
    ResponseTemplate::new(200).set_body_json(json!({"data": data, "has_more": more}))
}

#[tokio::test]
async fn pages_follow_the_last_number_or_the_first_one() {
    let server = MockServer::start().await;
    let list = || Mock::given(method("GET")).and(path("/agents/phone-numbers"));
    let first = list().and(query_param_is_missing("starting_after")).and(query_param_is_missing("ending_before"));
    first.respond_with(page(&["pn_1"], Some(true))).mount(&server).await;
    // Without a word, the next page tells.
    list().and(query_param("starting_after", "pn_1")).respond_with(page(&["pn_2"], None)).mount(&server).await;
    list().and(query_param("starting_after", "pn_2")).respond_with(page(&[], None)).mount(&server).await;
    list().and(query_param("ending_before", "pn_9")).respond_with(page(&["pn_8"], Some(true))).mount(&server).await;
    list().and(query_param("ending_before", "pn_8")).respond_with(page(&["pn_7"], Some(false))).mount(&server).await;
    let cartesia = client(server.uri());
    for (list, ids) in
        [(ListNumbers::new(), ["pn_1", "pn_2"]), (ListNumbers::new().ending_before("pn_9"), ["pn_8", "pn_7"])]
    {
        let numbers: Vec<String> = cartesia.numbers(list).map_ok(|number| number.id).try_collect().await.unwrap();
        assert_eq!(numbers, ids);
    }
}
