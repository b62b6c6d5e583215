//! Every documented exchange for Vapi's credentials, and the three states of every field.

use std::collections::BTreeSet;

use numport::platform::vapi::{
    CreateCredential, CreateSipTrunkCredential, CreateTwilioCredential, CreateVonageCredential, Credential, Gateway,
    ListFilter, OutboundAuthentication, OutboundProtocol, SipRegister, UpdateCredential, UpdateSipTrunkCredential,
    UpdateTwilioCredential, UpdateVonageCredential,
};
use numport::{Patch, Secret, Vapi};
use serde_json::{Value, json};

use super::numbers::{CREDENTIAL, account, api_key, client, every_filter};
use super::updates::{body, three_states};
use crate::support::{case, exchange};

async fn create(name: &str, create: impl Into<CreateCredential>) -> Credential {
    let create = create.into();
    let name = format!("vapi/create_credential/{name}");
    exchange(&name, client, |client| async move { client.create_credential(create).await }).await
}

async fn get(name: &str) -> Credential {
    let name = format!("vapi/get_credential/{name}");
    exchange(&name, client, |client| async move { client.get_credential(CREDENTIAL).await }).await
}

async fn list(name: &str, filter: ListFilter) -> Vec<Credential> {
    let name = format!("vapi/list_credentials/{name}");
    exchange(&name, client, |client| async move { client.list_credentials(&filter).await }).await
}

async fn update(name: &str, update: impl Into<UpdateCredential>) -> Credential {
    let update = update.into();
    let name = format!("vapi/update_credential/{name}");
    exchange(&name, client, |client| async move { client.update_credential(CREDENTIAL, update).await }).await
}

/// One gateway for outbound calls, and one for inbound calls.
fn two_gateways() -> Vec<Gateway> {
    vec![
        Gateway::new("my-trunk.pstn.dublin.twilio.com").port(5060).inbound_enabled(false).outbound_enabled(true),
        Gateway::new("54.171.127.192").netmask(30).port(5060).inbound_enabled(true).outbound_enabled(false),
    ]
}

/// Every field of a gateway, by each protocol.
fn four_gateways() -> Vec<Gateway> {
    let protocols = [OutboundProtocol::TlsSrtp, OutboundProtocol::Tcp, OutboundProtocol::Tls, OutboundProtocol::Udp];
    let gateway = |protocol| {
        Gateway::new("203.0.113.10")
            .port(5061)
            .netmask(32)
            .inbound_enabled(true)
            .outbound_enabled(true)
            .outbound_protocol(protocol)
            .options_ping_enabled(true)
    };
    protocols.map(gateway).into()
}

fn every_authentication_field() -> OutboundAuthentication {
    let register = SipRegister::new().domain("sip.example.com").username("YOUR_SIP_USERNAME").realm("example.com");
    OutboundAuthentication::new()
        .auth_username("YOUR_SIP_USERNAME")
        .auth_password("planted-sip-password")
        .sip_register_plan(register)
}

#[tokio::test]
async fn sip_trunks_are_created() {
    let plan = OutboundAuthentication::new()
        .auth_username("u")
        .auth_password("planted-sip-password")
        .sip_register_plan(SipRegister::new().realm("sip.example.com"));
    let trunk = CreateSipTrunkCredential::new(two_gateways())
        .name("Twilio Trunk")
        .outbound_leading_plus_enabled(true)
        .outbound_authentication_plan(plan);
    let made = create("sip_trunk", trunk).await;
    assert_eq!(made.id(), Some(CREDENTIAL));
    let Credential::SipTrunk(made) = made else { panic!("{made:?}") };
    assert_eq!(made.gateways, Some(two_gateways()));
    assert_eq!(made.outbound_authentication_plan.unwrap().auth_password, None);

    let plan = OutboundAuthentication::new().auth_username("YOUR_SIP_NUMBER").auth_password("YOUR_SIP_PASSWORD");
    let trunk = CreateSipTrunkCredential::new(vec![Gateway::new("sip.zadarma.com").inbound_enabled(false)])
        .name("Zadarma Trunk")
        .outbound_leading_plus_enabled(true)
        .outbound_authentication_plan(plan);
    create("sip_trunk_zadarma", trunk).await;

    let trunk = CreateSipTrunkCredential::new(four_gateways())
        .name("FS01")
        .outbound_authentication_plan(every_authentication_field())
        .outbound_leading_plus_enabled(false)
        .tech_prefix("9#")
        .sip_diversion_header("<sip:+14155550100@sip.example.com>");
    let Credential::SipTrunk(made) = create("sip_trunk_full", trunk).await else { panic!("no trunk") };
    assert_eq!(made.gateways, Some(four_gateways()));
    assert!(made.extra.is_empty(), "{made:?}");
}

#[tokio::test]
async fn carrier_credentials_are_created() {
    let twilio = CreateTwilioCredential::new(account())
        .auth_token("planted-auth-token")
        .api_key(api_key())
        .api_secret("planted-api-secret")
        .name("Twilio");
    let Credential::Twilio(made) = create("twilio", twilio).await else { panic!("not Twilio's") };
    assert_eq!(made.account_sid, Some(account()));

    let vonage = CreateVonageCredential::new("a1b2c3d4", "planted-api-secret").name("Vonage");
    let Credential::Vonage(made) = create("vonage", vonage).await else { panic!("not Vonage's") };
    assert_eq!(made.api_secret, None);
}

#[tokio::test]
async fn credentials_are_listed_and_unknown_ones_kept_raw() {
    assert_eq!(list("telephony", ListFilter::new()).await.len(), 2);
    let mixed = list("mixed", ListFilter::new()).await;
    let Credential::Unknown(telnyx) = &mixed[1] else { panic!("{mixed:?}") };
    assert_eq!(telnyx.fields()["telnyxApplicationId"], "1293384261075731499");
    assert_eq!(mixed[1].id(), Some("00000000-0000-4000-8000-0000000000ce"));
    assert!(matches!(&mixed[2], Credential::Vonage(_)), "{mixed:?}");
    list("every_filter", every_filter(1000)).await;
}

#[tokio::test]
async fn a_credential_of_every_kind_is_read() {
    assert!(matches!(get("sip_trunk").await, Credential::SipTrunk(_)));
    let Credential::Twilio(read) = get("twilio").await else { panic!("not Twilio's") };
    assert_eq!(read.auth_token.unwrap().expose(), "planted-auth-token");
    let Credential::Vonage(read) = get("vonage").await else { panic!("not Vonage's") };
    assert_eq!(read.vonage_application_private_key.unwrap().expose(), "planted-private-key");
    assert!(read.extra.is_empty(), "{:?}", read.extra);
}

#[tokio::test]
async fn credentials_are_updated() {
    update("gateways", UpdateSipTrunkCredential::new().gateways(two_gateways())).await;
    let trunk = UpdateSipTrunkCredential::new()
        .gateways(four_gateways())
        .name(Patch::Set("FS01".into()))
        .outbound_authentication_plan(every_authentication_field())
        .outbound_leading_plus_enabled(false)
        .tech_prefix(Patch::Set("9#".into()))
        .sip_diversion_header(Patch::Set("<sip:+14155550100@sip.example.com>".into()));
    update("sip_trunk_full", trunk).await;
    let twilio = UpdateTwilioCredential::new()
        .account_sid(account())
        .auth_token(Secret::new("planted-auth-token"))
        .api_key(api_key())
        .api_secret(Secret::new("planted-api-secret"))
        .name(Patch::Set("Twilio".into()));
    update("twilio", twilio).await;
    let vonage = UpdateVonageCredential::new()
        .api_key(Patch::Set("a1b2c3d4".into()))
        .api_secret(Secret::new("planted-api-secret"))
        .name(Patch::Set("Vonage".into()));
    update("vonage", vonage).await;
}

#[tokio::test]
async fn a_removed_credential_is_returned() {
    let path = case("vapi/delete_credential/sip_trunk").request.path;
    let id = path.strip_prefix("/credential/").unwrap();
    let delete = |client: Vapi| async move { client.delete_credential(id).await };
    let removed: Credential = exchange("vapi/delete_credential/sip_trunk", client, delete).await;
    assert_eq!(removed.id(), Some(CREDENTIAL));
}

#[test]
fn every_field_of_a_credential_has_three_states() {
    fn whole(update: impl Into<UpdateCredential>) -> Value {
        body(update.into())
    }

    three_states!(UpdateSipTrunkCredential::new(), whole, json!({"provider": "byo-sip-trunk"}), besides BTreeSet::new(), {
        gateways = two_gateways() => "gateways": body(two_gateways());
        name = "Trunk".to_owned() => "name": json!("Trunk");
        outbound_authentication_plan = every_authentication_field() => "outboundAuthenticationPlan":
            body(every_authentication_field());
        outbound_leading_plus_enabled = true => "outboundLeadingPlusEnabled": json!(true);
        tech_prefix = "9#".to_owned() => "techPrefix": json!("9#");
        sip_diversion_header = "<sip:a@b>".to_owned() => "sipDiversionHeader": json!("<sip:a@b>");
    });
    three_states!(UpdateTwilioCredential::new(), whole, json!({"provider": "twilio"}), besides BTreeSet::new(), {
        account_sid = account() => "accountSid": json!(account());
        auth_token = Secret::new("token") => "authToken": json!("token");
        api_key = api_key() => "apiKey": json!(api_key());
        api_secret = Secret::new("secret") => "apiSecret": json!("secret");
        name = "Twilio".to_owned() => "name": json!("Twilio");
    });
    three_states!(UpdateVonageCredential::new(), whole, json!({"provider": "vonage"}), besides BTreeSet::new(), {
        api_key = "a1b2c3d4".to_owned() => "apiKey": json!("a1b2c3d4");
        api_secret = Secret::new("secret") => "apiSecret": json!("secret");
        name = "Vonage".to_owned() => "name": json!("Vonage");
    });
}
