//! Plivo's numbers, applications and trunks: every documented exchange.

use futures_util::TryStreamExt;
use numport::model::Removal;
use numport::provider::plivo::*;
use numport::{E164, Plivo};

use crate::support::{at_once, done, exchange, exchange_at};

pub(super) const ACCOUNT: &str = "MA2025RK4E639VJFZAGV";
pub(super) const APPLICATION: &str = "29986316244302815";
const SUBACCOUNT: &str = "SAOTM1MGFIMJGTZMNMMI";
pub(super) const TRUNK: &str = "17248282830499840";

pub(super) fn client(uri: String) -> Plivo {
    Plivo::builder(ACCOUNT, "token").base_url(uri).retry(at_once()).build().unwrap()
}

pub(super) fn number() -> E164 {
    "+17609915566".parse().unwrap()
}

/// The list of a case, once as a page and once as a stream.
macro_rules! listed {
    ($case:literal, $list:expr, $page:ident, $all:ident) => {{
        let list = $list;
        let page = exchange($case, client, |client: Plivo| async move { client.$page(&list).await }).await;
        let list = $list;
        let all = |client: Plivo| async move { client.$all(&list).try_collect::<Vec<_>>().await };
        assert_eq!(exchange_at($case, "/objects", client, all).await, page.objects);
        page
    }};
}

#[tokio::test]
async fn numbers_are_listed() {
    let page = listed!("plivo/list_numbers/one", ListNumbers::new(), list_numbers, numbers);
    let found = &page.objects[0];
    assert_eq!((found.number.as_deref(), found.app_id()), (Some("17609915566"), Some(APPLICATION)));
    assert!(found.extra.is_empty(), "{:?}", found.extra);
    listed!("plivo/list_numbers/three", ListNumbers::new(), list_numbers, numbers);
    listed!("plivo/list_numbers/none", ListNumbers::new(), list_numbers, numbers);
    let every = || {
        ListNumbers::new()
            .number_startswith("1760")
            .subaccount(SUBACCOUNT)
            .alias("Front desk & co")
            .object_type("trunk")
            .object_id(TRUNK)
            .tendlc_registration_status("COMPLETED")
            .tendlc_campaign_id("C1")
            .toll_free_sms_verification("VERIFIED")
            .toll_free_sms_verification_order_status("PENDING")
            .renewal_date("2024-03-14")
            .renewal_date_gt("2024-03-13")
            .renewal_date_gte("2024-03-14")
            .renewal_date_lt("2024-03-15")
            .renewal_date_lte("2024-03-14")
            .number_type(NumberType::TollFreeFilter)
            .services(Services::VoiceSms)
            .cnam_lookup(CnamLookup::Enabled)
            .offset(20)
            .limit(1)
    };
    listed!("plivo/list_numbers/every_filter", every(), list_numbers, numbers);
    listed!("plivo/list_numbers/cursor", ListNumbers::new().cursor("abc").limit(20), list_numbers, numbers);
}

#[tokio::test]
async fn a_number_is_read() {
    for (case, text, app_id, object) in [
        ("plivo/get_number/application", "+17609915566", Some(APPLICATION), None),
        ("plivo/get_number/trunk", "+18135401302", None, Some(TRUNK)),
        ("plivo/get_number/unrouted", "+14153661106", None, None),
    ] {
        let number: E164 = text.parse().unwrap();
        let found = exchange(case, client, |client: Plivo| async move { client.get_number(&number).await }).await;
        assert_eq!((found.app_id(), found.object_id.as_deref()), (app_id, object));
        assert_eq!(found.subaccount_id(), None);
    }
    let of = |json: &str| serde_json::from_str::<PhoneNumber>(json).unwrap();
    let path = format!(r#"{{"sub_account": "/v1/Account/{ACCOUNT}/Subaccount/{SUBACCOUNT}/"}}"#);
    assert_eq!(of(&path).subaccount_id(), Some(SUBACCOUNT));
    assert_eq!(of(&format!(r#"{{"subaccount": "{SUBACCOUNT}"}}"#)).subaccount_id(), Some(SUBACCOUNT));
}

#[tokio::test]
async fn applications_trunks_and_accounts_are_read() {
    listed!("plivo/list_applications/documented", ListApplications::new(), list_applications, applications);
    let some = || ListApplications::new().subaccount(SUBACCOUNT).app_name("Front desk").offset(0).limit(20);
    listed!("plivo/list_applications/every_filter", some(), list_applications, applications);
    let get = |client: Plivo| async move { client.get_application(APPLICATION).await };
    let application = exchange("plivo/get_application/documented", client, get).await;
    assert_eq!(application.default_app, Some(false));

    listed!("plivo/list_trunks/documented", ListTrunks::new(), list_trunks, trunks);
    let some = || {
        ListTrunks::new()
            .ipacl_uuid("a")
            .credential_uuid("b")
            .primary_uri_uuid("c")
            .fallback_uri_uuid("d")
            .trunk_status(TrunkStatus::Enabled)
            .trunk_direction(TrunkDirection::Inbound)
            .secure(false)
            .offset(0)
            .limit(20)
    };
    listed!("plivo/list_trunks/every_filter", some(), list_trunks, trunks);
    let get = |client: Plivo| async move { client.get_trunk(TRUNK).await };
    exchange("plivo/get_trunk/documented", client, get).await;

    exchange("plivo/get_account/documented", client, |client: Plivo| async move { client.get_account().await }).await;
    listed!("plivo/list_subaccounts/documented", ListSubaccounts::new(), list_subaccounts, subaccounts);
    let some = || ListSubaccounts::new().offset(0).limit(20);
    listed!("plivo/list_subaccounts/every_filter", some(), list_subaccounts, subaccounts);
}

#[tokio::test]
async fn a_number_is_registered_and_released() {
    let add = |add: AddNumber| |client: Plivo| async move { client.add_number(&add).await };
    let number = AddNumber::new("14155550123", "ExampleCarrier", "United States");
    exchange("plivo/add_number/documented", client, add(number)).await;
    let every = AddNumber::new("14155550123,14155550124", "ExampleCarrier", "United States")
        .number_type(NumberType::Local)
        .app_id(APPLICATION)
        .subaccount(SUBACCOUNT);
    exchange("plivo/add_number/every_field", client, add(every)).await;
    let release = |client: Plivo| async move { client.release_number(&self::number(), Removal::RecordAndNumber).await };
    done("plivo/release_number/documented", client, release).await;
}
