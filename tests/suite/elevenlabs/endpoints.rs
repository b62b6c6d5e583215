//! Every documented exchange of ElevenLabs.

use numport::platform::elevenlabs::{
    ExotelSubdomain, Headers, ImportExotelNumber, ImportNumber, ImportSipTrunkNumber, ImportTwilioNumber,
    InboundTrunkConfig, ListNumbers, ListSipMessages, LivekitStack, MediaCodec, NumberFilter, NumberPage,
    OutboundTrunkConfig, PhoneNumber, SipCredentials, SipDirection, SipMediaEncryption, SipTransport, SortBy,
    SortDirection, TelephonyProvider, TwilioEdge, TwilioRegion, TwilioRegionId, UpdateNumber,
};
use numport::{E164, ElevenLabs, Patch};
use wiremock::ResponseTemplate;

use crate::support::{KEY, at_once, case, exchange, server};

pub(crate) const ID: &str = "phnum_4901k3ttaq12ewp8b7qv5rfyszkz";
pub(crate) const AGENT: &str = "agent_3701k3ttaq12ewp8b7qv5rfyszkz";
pub(crate) const BRANCH: &str = "agtbrch_1";

pub(crate) fn client(uri: String) -> ElevenLabs {
    ElevenLabs::builder(KEY).base_url(uri).retry(at_once()).build().unwrap()
}

pub(crate) fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

pub(crate) fn sid(prefix: &str) -> String {
    format!("{prefix}{}", "x".repeat(32))
}

fn headers(name: &str, value: &str) -> Headers {
    [(name, value)].into_iter().collect()
}

async fn import(name: &str, import: impl Into<ImportNumber>) {
    let (name, import) = (format!("elevenlabs/import_number/{name}"), import.into());
    assert!(!format!("{import:?}").contains("planted"), "{import:?}");
    let made = exchange(&name, client, |client| async move { client.import_number(import).await }).await;
    assert_eq!(made.phone_number_id, ID);
}

async fn list(name: &str, list: ListNumbers) -> NumberPage {
    let name = format!("elevenlabs/list_numbers/{name}");
    exchange(&name, client, |client| async move { client.list_numbers(&list).await }).await
}

async fn get(name: &str) -> PhoneNumber {
    exchange(&format!("elevenlabs/get_number/{name}"), client, |client| async move { client.get_number(ID).await })
        .await
}

#[tokio::test]
async fn numbers_of_twilio_and_exotel_are_imported() {
    let phone = number("+14155552671");
    let by_token = ImportTwilioNumber::new(phone, "Front desk", sid("AC"), "planted-auth-token");
    import("twilio", by_token.enable_sms(false).agent_id(AGENT)).await;
    let region = TwilioRegion::new(TwilioRegionId::Ie1, "planted-region-token", TwilioEdge::SaoPaulo);
    let by_key = ImportTwilioNumber::new(phone, "Front desk", sid("SK"), "planted-api-secret")
        .account_auth_token("planted-auth-token")
        .region_config(region)
        .enable_sms(true);
    import("twilio_api_key", by_key).await;
    let exotel = ImportExotelNumber::new(
        number("+912247790000"),
        "Mumbai",
        "acme1",
        "planted-api-key-2",
        "planted-api-token",
        ExotelSubdomain::India,
        "12345",
    );
    import("exotel", exotel.applet_url("https://my.exotel.com/applet").agent_id(AGENT)).await;
}

#[tokio::test]
async fn numbers_of_a_trunk_are_imported() {
    let inbound = InboundTrunkConfig::new()
        .allowed_addresses(["203.0.113.0/24".to_owned()])
        .allowed_numbers(["+442079460000".to_owned()])
        .media_encryption(SipMediaEncryption::Required)
        .credentials(SipCredentials::new("carrier").password("planted-inbound-password"))
        .remote_domains(["sip.carrier.example".to_owned()])
        .attributes_to_headers(headers("order", "X-Order"));
    let outbound = OutboundTrunkConfig::new("sip.carrier.example")
        .transport(SipTransport::Tcp)
        .media_encryption(SipMediaEncryption::Disabled)
        .headers(headers("X-Tenant", "7"))
        .attributes_to_headers(headers("order", "X-Order"))
        .credentials(SipCredentials::new("u").password("planted-password"))
        .enabled_codecs([MediaCodec::G722, MediaCodec::Pcmu, MediaCodec::Pcma]);
    // The carrier calls this number without a `+`.
    let full = ImportSipTrunkNumber::new("442079460958", "London").agent_id(AGENT);
    import("sip_trunk", full.inbound_trunk_config(inbound).outbound_trunk_config(outbound)).await;
    import("sip_trunk_without_trunks", ImportSipTrunkNumber::new(number("+442079460958"), "London")).await;
}

#[tokio::test]
async fn numbers_are_listed() {
    let all = |filter: NumberFilter| |client: ElevenLabs| async move { client.list_all_numbers(&filter).await };
    let numbers = exchange("elevenlabs/list_all_numbers/all", client, all(NumberFilter::new())).await;
    let providers: Vec<_> = numbers.iter().map(|number| number.provider.clone().unwrap()).collect();
    assert_eq!(providers, [TelephonyProvider::Twilio, TelephonyProvider::SipTrunk]);
    let filter = NumberFilter::new().agent_id(AGENT).branch_id(BRANCH).provider(TelephonyProvider::Twilio);
    let numbers = exchange("elevenlabs/list_all_numbers/filtered", client, all(filter)).await;
    let agent = numbers[0].assigned_agent.as_ref().unwrap();
    assert_eq!((agent.agent_id.as_deref(), agent.branch_id.as_deref()), (Some(AGENT), Some(BRANCH)));

    let page = list("first", ListNumbers::new()).await;
    assert_eq!((page.next_cursor.as_deref(), page.has_more), (Some("bmV4dA=="), Some(true)));
    let filtered = ListNumbers::new()
        .cursor("bmV4dA==")
        .phone_number("+442079460958")
        .search("2079")
        .label("Lon")
        .agent_id(AGENT)
        .branch_id(BRANCH)
        .page_size(1000)
        .provider(TelephonyProvider::SipTrunk)
        .supports_outbound(true)
        .sort_by(SortBy::PhoneNumber)
        .sort_direction(SortDirection::Descending);
    assert_eq!(list("filtered", filtered).await.next_cursor, None);
}

#[tokio::test]
async fn a_number_is_read() {
    let twilio = get("twilio").await;
    assert_eq!((twilio.label.as_deref(), twilio.outbound_trunk), (Some("Front desk"), None));
    let trunk = get("sip_trunk").await;
    let outbound = trunk.outbound_trunk.unwrap();
    assert_eq!((outbound.username.as_deref(), outbound.has_auth_credentials), (Some("u"), Some(true)));
    assert!(!format!("{outbound:?}").contains("\"7\""), "a header may be a secret: {outbound:?}");
    let former = get("former_trunk").await;
    assert_eq!((former.outbound_trunk, former.livekit_stack), (None, Some(LivekitStack::Static)));
    assert_eq!(former.provider_config.unwrap().address, outbound.address);
}

#[tokio::test]
async fn a_number_is_updated() {
    let update = |update: UpdateNumber| |client: ElevenLabs| async move { client.update_number(ID, &update).await };
    let login = SipCredentials::new("u").password("planted-password");
    let every = UpdateNumber::new()
        .agent_id(AGENT.to_owned())
        .label("London".to_owned())
        .inbound_trunk_config(Patch::Set(InboundTrunkConfig::new().allowed_addresses(["203.0.113.0/24".to_owned()])))
        .outbound_trunk_config(Patch::Set(OutboundTrunkConfig::new("sip.carrier.example").credentials(login)))
        .livekit_stack(Patch::Set(LivekitStack::Static))
        .store_sip_messages(Patch::Set(false))
        .environment("staging".to_owned())
        .branch_id(BRANCH.to_owned());
    exchange("elevenlabs/update_number/every_field", client, update(every)).await;
    let nulls = UpdateNumber::new()
        .agent_id(Patch::Clear)
        .inbound_trunk_config(Patch::Clear)
        .outbound_trunk_config(Patch::Clear)
        .livekit_stack(Patch::Clear)
        .store_sip_messages(Patch::Clear)
        .environment(Patch::Clear)
        .branch_id(Patch::Clear);
    exchange("elevenlabs/update_number/nulls", client, update(nulls)).await;
}

/// The body of the response is not documented.
#[tokio::test]
async fn a_number_is_deleted() {
    let wanted = case("elevenlabs/delete_number/documented").request;
    for body in ["", "{}", "null, or any text"] {
        let server = server(ResponseTemplate::new(200).set_body_string(body)).await;
        client(server.uri()).delete_number(ID).await.unwrap();
        let sent = &server.received_requests().await.unwrap()[0];
        assert_eq!((sent.method.as_str(), sent.url.path()), (wanted.method.as_str(), wanted.path.as_str()));
        assert_eq!(sent.headers["xi-api-key"], KEY);
    }
}

#[tokio::test]
async fn sip_messages_are_listed() {
    let list = |list: ListSipMessages| |client: ElevenLabs| async move { client.list_sip_messages(ID, &list).await };
    let page = exchange("elevenlabs/list_sip_messages/first", client, list(ListSipMessages::new())).await;
    let message = &page.sip_messages[0];
    assert_eq!(message.direction, Some(SipDirection::In));
    assert!(message.raw_message.as_ref().unwrap().0.contains("planted-digest"));
    assert!(!format!("{page:?}").contains("planted-digest"), "{page:?}");
    let next = ListSipMessages::new().cursor("bmV4dA==").page_size(20);
    exchange("elevenlabs/list_sip_messages/next", client, list(next)).await;
}
