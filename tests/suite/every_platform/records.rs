//! The record that every platform returns, field by field.

use futures_util::TryStreamExt;
use numport::NumberRecord;
use serde_json::Value;
use wiremock::ResponseTemplate;

use crate::services::PLATFORMS;
use crate::services::subject::{Pace, Platform};
use crate::support::{KEY, server};

/// The only record in the list that a server returns.
pub(crate) async fn listed(platform: &'static Platform, list: Value) -> NumberRecord {
    let server = server(ResponseTemplate::new(200).set_body_json(list)).await;
    let client = (platform.connect)(&platform.api.account(&server.uri(), KEY), Pace::at_once());
    let mut records: Vec<_> = client.list().try_collect().await.unwrap();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

#[tokio::test]
async fn a_record_has_every_field() {
    for platform in PLATFORMS {
        let (list, wanted) = (platform.listed)();
        assert_eq!(serde_json::to_value(listed(platform, list).await).unwrap(), wanted);
    }
}
