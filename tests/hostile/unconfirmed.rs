//! A finding reports each value that the response to a create does not confirm.

use numport::import::Field;
use numport::platform::{Find, Support};
use numport::{ImportRequest, Outcome};
use serde_json::{Map, Value, json};

use crate::between::{Between, is_create, number};
use crate::hostile::edit;
use crate::log;
use crate::services::each_platform;
use crate::services::subject::{LABEL, Platform};

/// The response to the create has another value in this field than the request, and nothing is set afterwards.
async fn is_told_of(platform: &'static Platform, field: Field, name: &'static str, value: Value, ask: ImportRequest) {
    let between = Between::start(platform).await;
    let id = platform.id_field();
    // Where the response to a create shows only an id, the record is read.
    let is_read = between.client().capabilities().create_requests > 1;
    let one = format!("{}/", platform.create_path());
    between.relay.distort(move |request, answer| {
        let is_of = is_create(platform, request) || is_read && request.path().starts_with(&one);
        let mut put = |record: &mut Map<String, Value>| drop(record.insert(name.to_owned(), value.clone()));
        vec![if is_of { answer.edited(|body| edit::objects(body, id, &mut put)) } else { answer }]
    });
    let imported = between.importer().import(ask).await.unwrap_or_else(|error| panic!("{}", error.report()));
    assert_eq!((imported.outcome, imported.unconfirmed_fields.as_slice()), (Outcome::Created, &[field][..]));
    assert!(imported.to_string().contains(field.as_str()), "{imported}");
    let log = log::read();
    let warned = log.lines().any(|line| line.contains("WARN") && line.to_lowercase().contains(field.as_str()));
    assert!(warned, "{field}: {log}");
}

async fn is_told(platform: &'static Platform) {
    let can = Between::start(platform).await.client().capabilities();
    let takes = |support: Support| support.create;
    let ask = ImportRequest::new(number());
    if let Some(name) = platform.record.label.filter(|_| takes(can.label)) {
        is_told_of(platform, Field::Label, name, "Another desk".into(), ask.clone().label(LABEL)).await;
    }
    // LiveKit has it in another object than the one that its create returns.
    if takes(can.agent) && !matches!(can.get, Find::Several(_)) {
        let [agent, other] = platform.agents;
        // A field of the record itself, one of an object in it, or one in a list of objects.
        let path: Vec<_> = platform.record.agent.trim_start_matches('/').split('/').collect();
        let (name, value) = match path[..] {
            [name, _, field] => (name, json!([{field: other, "weight": 1}])),
            [name, field] => (name, json!({field: other})),
            _ => (path[0], other.into()),
        };
        is_told_of(platform, Field::Agent, name, value, ask.clone().agent(agent)).await;
    }
    // Only one platform has these fields.
    if takes(can.inbound) {
        is_told_of(platform, Field::Inbound, "supports_inbound", false.into(), ask.clone().inbound(true)).await;
    }
    if takes(can.outbound) {
        is_told_of(platform, Field::Outbound, "supports_outbound", false.into(), ask.outbound(true)).await;
    }
}

each_platform! {
    #[tokio::test]
    a_field_that_the_response_to_a_create_does_not_confirm_is_reported, is_told
}
