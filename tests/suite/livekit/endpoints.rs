//! Every documented exchange of LiveKit.

use numport::platform::livekit::{
    AgentDispatch, CalleeRule, Codec, Cursor, DirectRule, DispatchRule, InboundTrunk, IncludeHeaders, IndividualRule,
    ListNumbers, ListRules, ListTrunks, ListUpdate, LiveKit, MediaConfig, MediaEncryption, NumberKey, NumberPage,
    NumberStatus, OutboundTrunk, Page, PhoneNumber, PurchaseNumbers, RoomConfiguration, Rule, SearchNumbers, Texts,
    Transport, UpdateDispatchRule, UpdateInboundTrunk, UpdateOutboundTrunk,
};
use numport::{Patch, Secret};

use crate::support::{KEY, at_once, done, exchange, exchange_at};

pub(crate) const NUMBER: &str = "+14155552671";

pub(crate) fn client(uri: String) -> LiveKit {
    LiveKit::builder(uri, "APIkey", KEY).retry(at_once()).build().unwrap()
}

pub(crate) fn list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn texts(name: &str, value: &str) -> Texts {
    [(name, value)].into_iter().collect()
}

fn encrypted(encryption: MediaEncryption) -> MediaConfig {
    MediaConfig::new().encryption(encryption)
}

#[tokio::test]
async fn inbound_trunks() {
    let codec = Codec::new("PCMU").rate(8000);
    let media = encrypted(MediaEncryption::Allow);
    let media = media.only_listed_codecs(true).codecs(vec![codec]).media_timeout("15s");
    let trunk = InboundTrunk::new()
        .name("Front desk")
        .numbers(list(&[NUMBER]))
        .allowed_addresses(list(&["203.0.113.8/30"]))
        .auth_username("user")
        .auth_password("trunk-password")
        .headers(texts("X-Desk", "front"))
        .include_headers(IncludeHeaders::X)
        .ringing_timeout("30s")
        .ringing_timeout_status("SIP_STATUS_BUSY_HERE")
        .max_call_duration("3600s")
        .krisp_enabled(true)
        .media_encryption(MediaEncryption::Allow)
        .media(media);
    let create = |trunk: InboundTrunk| |client: LiveKit| async move { client.create_inbound_trunk(&trunk).await };
    let made = exchange("livekit/create_inbound_trunk/full", client, create(trunk)).await;
    assert_eq!(made.auth_password.as_ref().map(Secret::expose), Some("trunk-password"));
    assert!(!format!("{made:?}").contains("trunk-password"));
    let bare = InboundTrunk::new().numbers(list(&[NUMBER]));
    exchange("livekit/create_inbound_trunk/number", client, create(bare.clone())).await;

    let get = |client: LiveKit| async move { client.get_inbound_trunk("ST_abc").await };
    exchange_at("livekit/get_inbound_trunk/there", "/trunk", client, get).await;
    let all = |client: LiveKit| async move { client.list_inbound_trunks(&ListTrunks::new()).await };
    exchange_at("livekit/list_inbound_trunks/all", "/items", client, all).await;
    let page = Page::new().after_id("ST_a").limit(10_u32);
    let some = ListTrunks::new().page(page).trunk_ids(list(&["ST_abc"])).numbers(list(&[NUMBER]));
    let some = |client: LiveKit| async move { client.list_inbound_trunks(&some).await };
    exchange_at("livekit/list_inbound_trunks/filtered", "/items", client, some).await;

    let update = UpdateInboundTrunk::new()
        .numbers(ListUpdate::Add(list(&["+14155552672"])))
        .allowed_addresses(ListUpdate::Set(list(&["203.0.113.8"])))
        .allowed_numbers(ListUpdate::Clear(true))
        .auth_username(Patch::Clear)
        .auth_password("another")
        .auth_realm(Patch::Set("realm".into()))
        .name(Patch::Set("Reception".into()))
        .metadata(Patch::Clear)
        .media_encryption(MediaEncryption::Require)
        .media(encrypted(MediaEncryption::Require));
    let update = |client: LiveKit| async move { client.update_inbound_trunk("ST_abc", &update).await };
    exchange("livekit/update_inbound_trunk/fields", client, update).await;
    let replace = |client: LiveKit| async move { client.replace_inbound_trunk("ST_abc", &bare).await };
    exchange("livekit/update_inbound_trunk/replace", client, replace).await;
    let delete = |client: LiveKit| async move { client.delete_trunk("ST_abc").await };
    exchange("livekit/delete_trunk/removed", client, delete).await;
}

#[tokio::test]
async fn outbound_trunks() {
    let trunk = OutboundTrunk::new("trunk.example.com:5061", list(&[NUMBER]))
        .name("Calls out")
        .destination_country("US")
        .transport(Transport::Tls)
        .auth_username("user")
        .auth_password("trunk-password")
        .headers(texts("X-Desk", "front"))
        .include_headers(IncludeHeaders::All)
        .media_encryption(MediaEncryption::Require)
        .media(encrypted(MediaEncryption::Require))
        .from_host("sip.example.com");
    let create = |client: LiveKit| async move { client.create_outbound_trunk(&trunk).await };
    exchange("livekit/create_outbound_trunk/full", client, create).await;
    let get = |client: LiveKit| async move { client.get_outbound_trunk("ST_out").await };
    exchange_at("livekit/get_outbound_trunk/there", "/trunk", client, get).await;
    let some = ListTrunks::new().numbers(list(&[NUMBER]));
    let some = |client: LiveKit| async move { client.list_outbound_trunks(&some).await };
    exchange_at("livekit/list_outbound_trunks/filtered", "/items", client, some).await;
    let update = UpdateOutboundTrunk::new()
        .address("other.example.com")
        .transport(Transport::Udp)
        .destination_country(Patch::Set("GB".into()))
        .numbers(ListUpdate::Remove(list(&["+14155552672"])))
        .auth_username(Patch::Set("u".into()))
        .auth_password("another")
        .name(Patch::Clear)
        .metadata(Patch::Set("m".into()))
        .media_encryption(MediaEncryption::Disable)
        .media(encrypted(MediaEncryption::Disable))
        .from_host(Patch::Clear);
    let update = |client: LiveKit| async move { client.update_outbound_trunk("ST_out", &update).await };
    exchange("livekit/update_outbound_trunk/fields", client, update).await;
    let bare = OutboundTrunk::new("trunk.example.com", list(&[NUMBER]));
    let replace = |client: LiveKit| async move { client.replace_outbound_trunk("ST_out", &bare).await };
    exchange("livekit/update_outbound_trunk/replace", client, replace).await;
}

#[tokio::test]
async fn dispatch_rules() {
    let agent = AgentDispatch::new("front-desk").metadata("hello").deployment("d1").attributes(texts("a", "b"));
    let room = RoomConfiguration::new()
        .empty_timeout(300)
        .departure_timeout(20)
        .max_participants(4)
        .metadata("m")
        .agents(vec![agent])
        .tags(texts("t", "1"));
    let pin = IndividualRule::new("call-").pin("1234");
    let rule = DispatchRule::new(Rule::new().dispatch_rule_individual(pin))
        .trunk_ids(list(&["ST_abc"]))
        .hide_phone_number(true)
        .inbound_numbers(list(&["+14155550100"]))
        .numbers(list(&[NUMBER]))
        .name("Front desk")
        .metadata("any text")
        .attributes(texts("desk", "front"))
        .room_preset("preset")
        .room_config(room)
        .media(encrypted(MediaEncryption::Allow))
        .krisp_enabled(true)
        .media_encryption(MediaEncryption::Allow);
    let direct = DispatchRule::new(Rule::new().dispatch_rule_direct(DirectRule::new("lobby").pin("1234")));
    let callee = DispatchRule::new(Rule::new().dispatch_rule_callee(CalleeRule::new("n-").randomize(true)));
    for (name, rule) in [("full", rule), ("direct", direct), ("callee", callee)] {
        let create = |client: LiveKit| async move { client.create_dispatch_rule(&rule).await };
        exchange(&format!("livekit/create_dispatch_rule/{name}"), client, create).await;
    }
    let page = Page::new().after_id("SDR_a");
    let some = ListRules::new().page(page).dispatch_rule_ids(list(&["SDR_abc"])).trunk_ids(list(&["ST_abc"]));
    let some = |client: LiveKit| async move { client.list_dispatch_rules(&some).await };
    exchange_at("livekit/list_dispatch_rules/filtered", "/items", client, some).await;
    let update = UpdateDispatchRule::new()
        .trunk_ids(ListUpdate::Set(list(&["ST_abc"])))
        .rule(Rule::individual("call-"))
        .attributes(texts("a", "b"))
        .name(Patch::Set("Reception".into()))
        .metadata(Patch::Clear)
        .media_encryption(MediaEncryption::Allow)
        .media(encrypted(MediaEncryption::Allow));
    let update = |client: LiveKit| async move { client.update_dispatch_rule("SDR_abc", &update).await };
    exchange("livekit/update_dispatch_rule/fields", client, update).await;
    let bare = DispatchRule::new(Rule::individual("call-"));
    let replace = |client: LiveKit| async move { client.replace_dispatch_rule("SDR_abc", &bare).await };
    exchange("livekit/update_dispatch_rule/replace", client, replace).await;
    let delete = |client: LiveKit| async move { client.delete_dispatch_rule("SDR_abc").await };
    exchange("livekit/delete_dispatch_rule/removed", client, delete).await;
}

#[tokio::test]
async fn bought_numbers() {
    let search = SearchNumbers::new("US").area_code("415").limit(2_u32).page_token(Cursor::new("t1"));
    let search = |client: LiveKit| async move { client.search_numbers(&search).await };
    exchange("livekit/search_numbers/area", client, search).await;
    let purchase = PurchaseNumbers::new(list(&["+14155550190"])).sip_dispatch_rule_id("SDR_abc");
    let purchase = |client: LiveKit| async move { client.purchase_numbers(&purchase).await };
    exchange_at("livekit/purchase_numbers/one", "/phone_numbers", client, purchase).await;
    let some = ListNumbers::new().limit(10_u32).statuses(vec![NumberStatus::Active]).page_token(Cursor::new("t1"));
    let some = some.sip_dispatch_rule_id("SDR_abc");
    let some = |client: LiveKit| async move { client.list_numbers(&some).await };
    let page: NumberPage = exchange("livekit/list_numbers/filtered", client, some).await;
    assert_eq!(page.items.unwrap()[0].status, Some(NumberStatus::Active));
    let (id, number) = (NumberKey::Id("PN_abc".into()), NumberKey::Number("+14155550190".into()));
    for (name, key) in [("id", id.clone()), ("number", number)] {
        let get = |client: LiveKit| async move { client.get_number(&key).await };
        let found: Option<PhoneNumber> =
            exchange_at(&format!("livekit/get_number/{name}"), "/phone_number", client, get).await;
        assert_eq!(found.unwrap().id.as_deref(), Some("PN_abc"));
    }
    let key = id.clone();
    let update = |client: LiveKit| async move { client.update_number(&key, "SDR_abc").await };
    exchange_at("livekit/update_number/rule", "/phone_number", client, update).await;
    let keys = [id, NumberKey::Number("+14155550191".into())];
    let release = |client: LiveKit| async move { client.release_numbers(&keys).await };
    done("livekit/release_numbers/both", client, release).await;
}
