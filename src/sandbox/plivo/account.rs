//! The account, its subaccount, its applications and trunks.

use serde_json::json;

use crate::sandbox::message::Request;
use crate::sandbox::records::{Object, fields, text};

/// The login of an account.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) id: &'static str,
    /// The initial token.
    pub(super) token: &'static str,
}

pub(super) static MAIN: Caller = Caller { id: "MA000000000000005A7D", token: "sandbox-plivo-auth-token" };
pub(super) static SUB: Caller = Caller { id: "SA000000000000005B0B", token: "sandbox-plivo-subaccount-token" };

/// The application of the first number.
pub(super) const APPLICATION: &str = "29986316244302815";
/// The default application, which an update without an application assigns.
pub(super) const DEFAULT_APPLICATION: &str = "29986316244302800";
/// The inbound trunk.
pub(super) const TRUNK: &str = "17248282830499840";

impl Caller {
    pub(super) fn of(request: &Request<'_>, token: &str) -> Option<&'static Self> {
        let is_main = request.has_basic(MAIN.id, token);
        let is_sub = || request.has_basic(SUB.id, SUB.token);
        if is_main { Some(&MAIN) } else { is_sub().then_some(&SUB) }
    }

    /// The main account sees all numbers, and a subaccount sees its own.
    pub(super) fn sees(&self, held: &Object) -> bool {
        self.id == MAIN.id || owner(held) == Some(self.id)
    }
}

/// The subaccount that owns a number.
pub(super) fn owner(held: &Object) -> Option<&str> {
    text(held, "sub_account").and_then(|path| path.trim_end_matches('/').rsplit('/').next())
}

pub(super) fn subaccount_path(id: &str) -> String {
    format!("/v1/Account/{}/Subaccount/{id}/", MAIN.id)
}

pub(super) fn application_path(id: &str) -> String {
    format!("/v1/Account/{}/Application/{id}/", MAIN.id)
}

pub(super) fn account(caller: &Caller) -> Object {
    fields(json!({
        "account_type": "standard",
        "address": "",
        "auth_id": caller.id,
        "auto_recharge": false,
        "billing_mode": "prepaid",
        "cash_credits": "10.00000",
        "city": "",
        "name": "Sandbox",
        "resource_uri": format!("/v1/Account/{}/", caller.id),
        "state": "",
        "timezone": "UTC",
    }))
}

/// As documented, the response contains the token in plain text.
pub(super) fn subaccount() -> Object {
    fields(json!({
        "account": format!("/v1/Account/{}/", MAIN.id),
        "auth_id": SUB.id,
        "auth_token": SUB.token,
        "created": "2023-02-14",
        "enabled": true,
        "modified": null,
        "name": "Sandbox subaccount",
        "resource_uri": subaccount_path(SUB.id),
    }))
}

pub(super) fn applications() -> Vec<Object> {
    let application = |id: &str, name: &str, url: &str, is_default: bool| {
        fields(json!({
            "app_id": id,
            "app_name": name,
            "answer_url": url,
            "answer_method": "POST",
            "hangup_url": "",
            "hangup_method": "POST",
            "fallback_answer_url": "",
            "fallback_method": "POST",
            "message_url": "",
            "message_method": "POST",
            "default_app": is_default,
            "default_endpoint_app": false,
            "enabled": true,
            "public_uri": false,
            "log_incoming_messages": true,
            "sip_uri": format!("sip:{id}@app.plivo.com"),
            "sub_account": null,
            "resource_uri": application_path(id),
        }))
    };
    vec![
        application(APPLICATION, "Front desk", "https://example.com/answer", false),
        application(DEFAULT_APPLICATION, "Default", "https://example.com/default", true),
    ]
}

pub(super) fn trunks() -> Vec<Object> {
    vec![fields(json!({
        "trunk_id": TRUNK,
        "trunk_domain": format!("{TRUNK}.zt.plivo.com"),
        "name": "inbound",
        "trunk_status": "enabled",
        "trunk_direction": "inbound",
        "secure": false,
        "ipacl_uuid": null,
        "credential_uuid": null,
        "primary_uri_uuid": "90b6eb07-796c-4d86-a4fd-44ed11667ddb",
        "fallback_uri_uuid": null,
    }))]
}
