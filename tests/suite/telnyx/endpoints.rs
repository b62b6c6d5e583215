//! Telnyx's numbers, their settings and connections: every documented exchange.

use futures_util::TryStreamExt;
use numport::model::Removal;
use numport::provider::telnyx::*;
use numport::{Patch, Result, Secret, Telnyx};

use crate::support::{at_once, exchange, exchange_at};

pub(super) const ID: &str = "1293384261075731499";
const CONNECTION: &str = "1521916448077776306";
const JOB: &str = "6a09cdc3-8948-47f0-aa62-74ac943d6c58";

pub(super) fn client(uri: String) -> Telnyx {
    Telnyx::builder("KEY0123").base_url(format!("{uri}/v2")).retry(at_once()).build().unwrap()
}

fn every_filter() -> ListNumbers {
    ListNumbers::new()
        .phone_number("19705555098")
        .tag("front-desk & co")
        .connection_id(CONNECTION)
        .country_iso_alpha2("US")
        .customer_reference("ref 1")
        .billing_group_id("null")
        .emergency_address_id("null")
        .without_tags("true")
        .connection_name_contains("desk")
        .connection_name_starts_with("front")
        .connection_name_ends_with("app")
        .connection_name("front desk app")
        .status(PhoneNumberStatus::Active)
        .number_type(NumberTypeFilter::Local)
        .source(SourceFilter::Ported)
        .usage_payment_method(UsagePaymentMethod::Channel)
        .sort(SortNumbers::PhoneNumber)
        .handle_messaging_profile_error(true)
        .page_number(2)
        .page_size(1)
}

/// The list of a case, once as a page and once as a stream.
macro_rules! listed {
    ($case:literal, $list:expr, $page:ident, $all:ident) => {{
        let page = exchange($case, client, |client: Telnyx| async move { client.$page(&$list).await }).await;
        let all = |client: Telnyx| async move { client.$all($list).try_collect::<Vec<_>>().await };
        assert_eq!(exchange_at($case, "/data", client, all).await, page.data);
        page
    }};
}

#[tokio::test]
async fn numbers_are_listed() {
    let one = || ListNumbers::new().phone_number("19705555098").page_size(250);
    let page = listed!("telnyx/list_numbers/full", one(), list_numbers, numbers);
    let number = &page.data[0];
    assert_eq!((number.id.as_deref(), number.phone_number.as_deref()), (Some(ID), Some("+19705555098")));
    assert_eq!(number.status, Some(PhoneNumberStatus::Active));
    assert!(number.extra.is_empty(), "{:?}", number.extra);
    listed!("telnyx/list_numbers/empty", ListNumbers::new(), list_numbers, numbers);
    listed!("telnyx/list_numbers/every_filter", every_filter(), list_numbers, numbers);
    listed!("telnyx/list_slim_numbers/full", ListNumbers::new(), list_slim_numbers, slim_numbers);
    let slim = || every_filter().include_connection(true).include_tags(false);
    listed!("telnyx/list_slim_numbers/every_filter", slim(), list_slim_numbers, slim_numbers);
    // A list of complete numbers does not have these two parameters.
    listed!("telnyx/list_numbers/every_filter", slim(), list_numbers, numbers);
}

#[tokio::test]
async fn settings_and_connections_are_listed() {
    listed!("telnyx/list_voice_settings/full", ListVoiceSettings::new(), list_voice_settings, voice_settings);
    let voice = || {
        ListVoiceSettings::new()
            .phone_number("19705555098")
            .connection_name_contains("desk")
            .customer_reference("ref 1")
            .usage_payment_method(UsagePaymentMethod::PayPerMinute)
            .sort(SortNumbers::PurchasedAt)
            .page_number(1)
            .page_size(250)
    };
    listed!("telnyx/list_voice_settings/every_filter", voice(), list_voice_settings, voice_settings);
    let all = ListMessagingSettings::new;
    listed!("telnyx/list_messaging_settings/full", all(), list_messaging_settings, messaging_settings);
    let some = || all().phone_number("+19705555098").kind("long-code").page_number(1).page_size(250);
    listed!("telnyx/list_messaging_settings/every_filter", some(), list_messaging_settings, messaging_settings);
    listed!("telnyx/list_connections/full", ListConnections::new(), list_connections, connections);
    let some = || {
        ListConnections::new()
            .connection_name_contains("desk")
            .fqdn("sip.example.com")
            .outbound_voice_profile_id(ID)
            .sort("created_at")
            .page_number(1)
            .page_size(250)
    };
    listed!("telnyx/list_connections/every_filter", some(), list_connections, connections);
}

/// The single object of a case.
async fn one<T, F>(case: &str, call: impl FnOnce(Telnyx) -> F) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    F: Future<Output = Result<T>>,
{
    exchange_at(case, "/data", client, call).await
}

#[tokio::test]
async fn a_number_is_read() {
    let get = |client: Telnyx| async move { client.get_number(ID).await };
    let number = one("telnyx/get_number/routed", get).await;
    assert_eq!(number.connection_id.as_deref(), Some(CONNECTION));
    assert_eq!(number.created().unwrap().to_string(), "2024-10-24T18:10:00Z");
    assert!(number.updated() > number.created());
    let get = |client: Telnyx| async move { client.get_number("1293384261075731500").await };
    let number = one("telnyx/get_number/unrouted", get).await;
    assert_eq!(number.connection_id.filter(|id| !id.is_empty()), None);
}

#[tokio::test]
async fn a_number_is_updated() {
    let update = |update: UpdateNumber| |client: Telnyx| async move { client.update_number(ID, &update).await };
    one("telnyx/update_number/connection", update(UpdateNumber::new().connection_id(CONNECTION))).await;
    let every = UpdateNumber::new()
        .tags(vec!["a".to_owned(), "b".to_owned()])
        .hd_voice_enabled(true)
        .connection_id("1521916448077776307")
        .external_pin(Secret::new("1234"))
        .customer_reference("ref 1")
        .billing_group_id("86f58db9-0fe3-4adc-9d1f-46e66e6e9323")
        .address_id("1521916448077776308");
    one("telnyx/update_number/every_field", update(every)).await;
    let cleared = UpdateNumber::new()
        .connection_id(Patch::Clear)
        .external_pin(Patch::Clear)
        .customer_reference(Patch::Clear)
        .billing_group_id(Patch::Clear)
        .address_id(Patch::Clear);
    one("telnyx/update_number/cleared", update(cleared)).await;
}

#[tokio::test]
async fn a_number_is_released() {
    let release = |client: Telnyx| async move { client.release_number(ID, Removal::RecordAndNumber).await };
    let gone = one("telnyx/release_number/documented", release).await;
    assert_eq!(gone.status, Some(PhoneNumberStatus::Deleted));
}

#[tokio::test]
async fn voice_settings_are_read_and_updated() {
    let get = |client: Telnyx| async move { client.get_voice_settings(ID).await };
    let always = |voice: VoiceSettings| voice.call_forwarding.unwrap().always().map(str::to_owned);
    assert_eq!(always(one("telnyx/get_voice_settings/plain", get).await), None);
    assert_eq!(always(one("telnyx/get_voice_settings/forwarded", get).await).as_deref(), Some("+13035559123"));
    let update =
        |update: UpdateVoiceSettings| |client: Telnyx| async move { client.update_voice_settings(ID, &update).await };
    let forwarding = CallForwarding::new().call_forwarding_enabled(true);
    let off = forwarding.clone().forwards_to("").forwarding_type(ForwardingType::Always);
    one("telnyx/update_voice_settings/forwarding_off", update(UpdateVoiceSettings::new().call_forwarding(off))).await;
    let every = UpdateVoiceSettings::new()
        .tech_prefix_enabled(true)
        .call_forwarding(forwarding.forwards_to("+13035559123").forwarding_type(ForwardingType::OnFailure))
        .cnam_listing(CnamListing::new().cnam_listing_enabled(true).cnam_listing_details("Front desk Ltd."))
        .usage_payment_method(UsagePaymentMethod::Channel)
        .media_features(
            MediaFeatures::new()
                .rtp_auto_adjust_enabled(true)
                .accept_any_rtp_packets_enabled(true)
                .t38_fax_gateway_enabled(true),
        )
        .call_recording(
            CallRecording::new()
                .inbound_call_recording_enabled(true)
                .inbound_call_recording_format(RecordingFormat::Mp3)
                .inbound_call_recording_channels(RecordingChannels::Dual),
        )
        .inbound_call_screening(InboundCallScreening::FlagCalls)
        .caller_id_name_enabled(true)
        .translated_number("+13035559124");
    one("telnyx/update_voice_settings/every_field", update(every)).await;
}

#[tokio::test]
async fn messaging_settings_are_read_and_updated() {
    let get = |client: Telnyx| async move { client.get_messaging_settings(ID).await };
    one("telnyx/get_messaging_settings/documented", get).await;
    let update = |update: UpdateMessagingSettings| {
        |client: Telnyx| async move { client.update_messaging_settings(ID, &update).await }
    };
    let off = UpdateMessagingSettings::new().messaging_profile_id(Patch::Clear);
    one("telnyx/update_messaging_settings/unassigned", update(off)).await;
    let every = UpdateMessagingSettings::new()
        .messaging_profile_id("4001767e-ce0f-4cae-9d5f-0d5e636e7809")
        .messaging_product("A2P")
        .tags(Vec::new());
    one("telnyx/update_messaging_settings/every_field", update(every)).await;
}

#[tokio::test]
async fn a_connection_is_read() {
    let get = |client: Telnyx| async move { client.get_connection(CONNECTION).await };
    let application = one("telnyx/get_connection/call_control", get).await;
    assert_eq!(application.answering_url().map(|url| url.as_str()), Some("https://example.com/calls"));
    assert_eq!(one("telnyx/get_connection/sip", get).await.answering_url(), None);
}

#[tokio::test]
async fn many_numbers_are_queried_and_changed() {
    let verify = |number: &'static str| {
        move |client: Telnyx| async move { client.verify_ownership(&[number.parse().unwrap()]).await }
    };
    let held = one("telnyx/verify_ownership/held", verify("+19705555098")).await;
    assert_eq!(held.found.unwrap()[0].id.as_deref(), Some(ID));
    one("telnyx/verify_ownership/not_held", verify("+15555550000")).await;
    let features = |client: Telnyx| async move { client.number_features(&["+19705555098".parse().unwrap()]).await };
    assert!(one("telnyx/number_features/documented", features).await[0].has_voice());

    let update = |job: UpdateNumbersJob| |client: Telnyx| async move { client.update_numbers(&job).await };
    let job = UpdateNumbersJob::new(vec!["+19705555098".to_owned()]).connection_id(CONNECTION);
    let job = one("telnyx/update_numbers/documented", update(job)).await;
    assert_eq!((job.id.as_deref(), job.status), (Some(JOB), Some(JobStatus::Pending)));
    let every = UpdateNumbersJob::new(vec![ID.to_owned()])
        .connection_id(CONNECTION)
        .tags(vec!["a".to_owned()])
        .external_pin("1234")
        .customer_reference("ref 1")
        .billing_group_id("86f58db9-0fe3-4adc-9d1f-46e66e6e9323")
        .hd_voice_enabled(false)
        .deletion_lock_enabled(true)
        .voice(UpdateVoiceSettings::new().inbound_call_screening(InboundCallScreening::Disabled));
    one("telnyx/update_numbers/every_field", update(every)).await;
    let job = one("telnyx/get_job/documented", |client: Telnyx| async move { client.get_job(JOB).await }).await;
    assert_eq!(job.status, Some(JobStatus::Completed));
}

#[tokio::test]
async fn the_balance_is_read() {
    let get = |client: Telnyx| async move { client.get_balance().await };
    let balance = one("telnyx/get_balance/documented", get).await;
    assert_eq!(balance.currency.as_deref(), Some("USD"));
}
