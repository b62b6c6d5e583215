//! Vapi as every platform is used: records.

use serde_json::json;

use crate::every_platform::records::listed;
use crate::services::subject::NUMBER;
use crate::services::vapi::subject::SUBJECT;

#[tokio::test]
async fn vapis_own_address_stands_where_no_number_does() {
    let sip_uri = "sip:desk@sip.vapi.ai";
    for (number, wanted) in [(json!(null), sip_uri), (json!(""), sip_uri), (json!(NUMBER), NUMBER)] {
        let number = json!({"id": "n1", "provider": "vapi", "number": number, "sipUri": sip_uri});
        let list = json!({"results": [number], "metadata": {"hasNextPage": false}});
        assert_eq!(listed(&SUBJECT, list).await.number.to_string(), wanted);
    }
}
