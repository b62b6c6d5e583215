//! Every documented rule for ElevenLabs' requests: values at the limits are sent, and values beyond them are refused before
//! anything is sent.

use numport::platform::elevenlabs::{
    ExotelSubdomain, ImportExotelNumber, ImportNumber, ImportSipTrunkNumber, ImportTwilioNumber, InboundTrunkConfig,
    ListNumbers, ListSipMessages, OutboundTrunkConfig, SipCredentials, TwilioEdge, TwilioRegion, TwilioRegionId,
    UpdateNumber,
};
use numport::{ElevenLabs, Patch};
use serde_json::json;

use super::endpoints::{ID, client, number, sid};
use crate::support::validation::Edges;

fn answer() -> serde_json::Value {
    json!({"phone_number_id": ID, "phone_numbers": [], "sip_messages": []})
}

fn import(import: impl Into<ImportNumber>) -> impl AsyncFnOnce(ElevenLabs) -> numport::Result<()> {
    let import = import.into();
    async move |client: ElevenLabs| client.import_number(import).await.map(drop)
}

#[tokio::test]
async fn imports_are_checked() {
    let mut edges = Edges::new(answer(), client).await;
    let phone = number("+14155552671");
    let twilio = |sid: &str, token: &str| ImportTwilioNumber::new(phone, "Desk", sid, token);
    edges.takes("an account", import(twilio(&sid("AC"), "t"))).await;
    edges.takes("a key", import(twilio(&sid("SK"), "t").account_auth_token("t"))).await;
    edges.refuses(&["token", "sid"], import(twilio("PN1", ""))).await;
    edges.refuses(&["account_auth_token"], import(twilio(&sid("SK"), "t"))).await;
    edges.refuses(&["account_auth_token"], import(twilio(&sid("SK"), "t").account_auth_token(""))).await;
    edges.refuses(&["label"], import(ImportTwilioNumber::new(phone, "", sid("AC"), "t"))).await;
    let region = TwilioRegion::new(TwilioRegionId::Us1, "", TwilioEdge::Ashburn);
    edges.refuses(&["region_config.token"], import(twilio(&sid("AC"), "t").region_config(region))).await;

    let exotel = ImportExotelNumber::new(phone, "", "", "", "", ExotelSubdomain::Global, "");
    edges.refuses(&["label", "account_sid", "api_key", "api_token", "app_id"], import(exotel)).await;

    let trunk = |address: &str| {
        let outbound = OutboundTrunkConfig::new(address).credentials(SipCredentials::new("u"));
        ImportSipTrunkNumber::new(phone, "Desk").outbound_trunk_config(outbound)
    };
    edges.takes("a host", import(trunk("sip.example.com"))).await;
    for address in ["", "sip:example.com", "sips:example.com"] {
        edges.refuses(&["outbound_trunk_config.address"], import(trunk(address))).await;
    }
    edges.refuses(&["phone_number", "label"], import(ImportSipTrunkNumber::new("", ""))).await;
    let nobody = InboundTrunkConfig::new().credentials(SipCredentials::new(""));
    let import_of_nobody = import(ImportSipTrunkNumber::new(phone, "Desk").inbound_trunk_config(nobody));
    edges.refuses(&["inbound_trunk_config.credentials.username"], import_of_nobody).await;
}

#[tokio::test]
async fn updates_and_lists_are_checked() {
    let mut edges = Edges::new(answer(), client).await;
    let update = |update: UpdateNumber| async move |client: ElevenLabs| client.update_number(ID, &update).await;
    edges.takes("an update of nothing", update(UpdateNumber::new())).await;
    for label in [Patch::Clear, Patch::Set(String::new())] {
        edges.refuses(&["label"], update(UpdateNumber::new().label(label))).await;
    }
    let nobody = SipCredentials::new("");
    let update_to_nobody = UpdateNumber::new()
        .outbound_trunk_config(Patch::Set(OutboundTrunkConfig::new("").credentials(nobody.clone())))
        .inbound_trunk_config(Patch::Set(InboundTrunkConfig::new().credentials(nobody)));
    let fields = [
        "outbound_trunk_config.address",
        "outbound_trunk_config.credentials.username",
        "inbound_trunk_config.credentials.username",
    ];
    edges.refuses(&fields, update(update_to_nobody)).await;

    for (size, is_valid) in [(0, false), (1, true), (1000, true), (1001, false)] {
        let list = async move |client: ElevenLabs| client.list_numbers(&ListNumbers::new().page_size(size)).await;
        if is_valid {
            edges.takes("a page size", list).await;
        } else {
            edges.refuses(&["page_size"], list).await;
        }
    }
    for (size, is_valid) in [(0, false), (1, true), (20, true), (21, false)] {
        let list = ListSipMessages::new().page_size(size);
        let list = async move |client: ElevenLabs| client.list_sip_messages(ID, &list).await;
        if is_valid {
            edges.takes("a page size", list).await;
        } else {
            edges.refuses(&["page_size"], list).await;
        }
    }
}
