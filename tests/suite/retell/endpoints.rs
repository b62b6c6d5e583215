//! Every documented exchange of Retell.

use futures_util::TryStreamExt;
use numport::Patch;
use numport::platform::retell::{
    AgentVersion, AgentWeight, CountryCode, ImportNumber, ListNumbers, NumberPage, NumberProvider, NumberType,
    PhoneNumber, PurchaseNumber, Retell, SortOrder, Transport, UpdateNumber, Weight,
};
use serde_json::json;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{KEY, at_once, done, exchange};

pub(crate) const NUMBER: &str = "+14155552671";
const TRUNK: &str = "acme.pstn.twilio.com";

pub(crate) fn client(uri: String) -> Retell {
    Retell::builder(KEY).base_url(uri).retry(at_once()).build().unwrap()
}

fn inbound() -> [AgentWeight; 2] {
    [
        AgentWeight::new("agent_a1b2c3d4e5f6", 0.75).agent_version("prod"),
        AgentWeight::new("agent_b2c3d4e5f6a7", 0.25).agent_version(3),
    ]
}

fn only() -> [AgentWeight; 1] {
    [AgentWeight::new("agent_a1b2c3d4e5f6", Weight::all())]
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

#[tokio::test]
async fn a_number_is_imported() {
    let import = ImportNumber::new(NUMBER, TRUNK);
    let bare: PhoneNumber =
        exchange("retell/import_number/bare", client, |client| async move { client.import_number(&import).await })
            .await;
    assert_eq!(bare.inbound_agents, None);

    let import = ImportNumber::new(NUMBER, TRUNK)
        .sip_trunk_auth_username("retell")
        .sip_trunk_auth_password("planted-password")
        .transport(Transport::Tls)
        .codecs(texts(["PCMU", "PCMA"]))
        .ignore_e164_validation(false)
        .nickname("Front desk")
        .inbound_agents(inbound())
        .outbound_agents(only())
        .inbound_webhook_url("https://example.com/inbound")
        .allowed_inbound_country_list(texts(["US", "CA"]))
        .allowed_outbound_country_list(texts(["US"]));
    let number: PhoneNumber =
        exchange("retell/import_number/full", client, |client| async move { client.import_number(&import).await })
            .await;
    assert_eq!(number.phone_number_type, Some(NumberType::Custom));
    let agents = number.inbound_agents.unwrap();
    assert_eq!(agents[0].weight.as_ref().map(Weight::as_f64), Some(0.75));
    assert_eq!(agents[0].agent_version, Some(AgentVersion::Tag("prod".to_owned())));
    assert_eq!(agents[1].agent_version, Some(AgentVersion::Number(3.into())));
    assert_eq!(number.sip_outbound_trunk_config.unwrap().auth_username.as_deref(), Some("retell"));
}

#[tokio::test]
async fn a_number_is_bought() {
    let any = PurchaseNumber::new();
    exchange("retell/purchase_number/any", client, |client| async move { client.purchase_number(&any).await }).await;
    let full = PurchaseNumber::new()
        .phone_number("+14155550142")
        .area_code(415_u16)
        .country_code(CountryCode::Us)
        .number_provider(NumberProvider::Telnyx)
        .toll_free(false)
        .nickname("Bought")
        .transport(Transport::Udp)
        .fallback_number("+14155550143")
        .inbound_agents(only())
        .outbound_agents([])
        .inbound_webhook_url("https://example.com/inbound")
        .allowed_inbound_country_list([])
        .allowed_outbound_country_list(texts(["CA"]));
    let bought: PhoneNumber =
        exchange("retell/purchase_number/full", client, |client| async move { client.purchase_number(&full).await })
            .await;
    assert_eq!(bought.phone_number_type, Some(NumberType::RetellTelnyx));
}

#[tokio::test]
async fn a_number_is_read_and_removed() {
    let get = |client: Retell| async move { client.get_number(NUMBER).await };
    let number: PhoneNumber = exchange("retell/get_number/full", client, get).await;
    assert_eq!(number.fallback_number.as_deref(), Some("+14155550143"));
    done("retell/delete_number/documented", client, |client| async move { client.delete_number(NUMBER).await }).await;
}

#[tokio::test]
async fn a_number_is_updated() {
    let set = UpdateNumber::new()
        .termination_uri(TRUNK)
        .auth_username("retell")
        .auth_password("planted-password")
        .transport(Transport::Tls)
        .codecs(texts(["PCMU", "PCMA"]))
        .nickname("Front desk".to_owned())
        .fallback_number("+14155550143".to_owned())
        .inbound_agents(Vec::from(inbound()))
        .outbound_agents(Vec::from(only()))
        .inbound_sms_agents(Vec::from(only()))
        .outbound_sms_agents(vec![
            AgentWeight::new("agent_a1b2c3d4e5f6", Weight::all()).agent_version("latest_published"),
        ])
        .inbound_webhook_url("https://example.com/inbound".to_owned())
        .inbound_sms_webhook_url("https://example.com/sms".to_owned())
        .allowed_inbound_country_list(texts(["US", "CA"]))
        .allowed_outbound_country_list(texts(["US"]));
    let clear = UpdateNumber::new()
        .codecs([])
        .transport(Patch::Clear)
        .nickname(Patch::Clear)
        .fallback_number(Patch::Clear)
        .inbound_agents(Patch::Clear)
        .outbound_agents(Patch::Clear)
        .inbound_sms_agents(Patch::Clear)
        .outbound_sms_agents(Patch::Clear)
        .inbound_webhook_url(Patch::Clear)
        .inbound_sms_webhook_url(Patch::Clear)
        .allowed_inbound_country_list(Patch::Clear)
        .allowed_outbound_country_list(Patch::Clear);
    for (case, update) in [("set", set), ("clear", clear)] {
        let update = |client: Retell| async move { client.update_number(NUMBER, &update).await };
        exchange(&format!("retell/update_number/{case}"), client, update).await;
    }
    assert_eq!(serde_json::to_value(UpdateNumber::new()).unwrap(), json!({}));
}

#[tokio::test]
async fn numbers_are_listed() {
    let first = |client: Retell| async move { client.list_numbers(&ListNumbers::new()).await };
    let page: NumberPage = exchange("retell/list_numbers/first", client, first).await;
    assert_eq!((page.has_more, page.pagination_key.as_deref()), (true, Some("a+b/=")));
    let next = ListNumbers::new().pagination_key("a+b/=").limit(1000).sort_order(SortOrder::Ascending);
    let next = |client: Retell| async move { client.list_numbers(&next).await };
    exchange::<NumberPage, _, _>("retell/list_numbers/next", client, next).await;
    let old = |client: Retell| async move { client.list_all_numbers().await };
    exchange::<Vec<PhoneNumber>, _, _>("retell/list_all_numbers/old", client, old).await;
}

/// The key counts only while there is more.
#[tokio::test]
async fn the_pages_end_when_there_is_no_more() {
    let server = MockServer::start().await;
    let list = || Mock::given(method("GET")).and(path("/v2/list-phone-numbers"));
    let page = |number: &str, more: bool, key: &str| {
        let number = json!({"phone_number": number});
        ResponseTemplate::new(200).set_body_json(json!({"items": [number], "has_more": more, "pagination_key": key}))
    };
    list().and(query_param_is_missing("pagination_key")).respond_with(page("+1", true, "k2")).mount(&server).await;
    list().and(query_param("pagination_key", "k2")).respond_with(page("+2", false, "k3")).mount(&server).await;
    let client = client(server.uri());
    let numbers: Vec<_> =
        client.numbers(ListNumbers::new()).map_ok(|number| number.phone_number).try_collect().await.unwrap();
    assert_eq!(numbers, ["+1", "+2"]);
}
