//! Trunks of both kinds.

use serde_json::{Value, json};

use super::body::{
    ANY, ANYS, Change, DURATION, ENCRYPTION, INCLUDED, LIST_CHANGE, MAP, MEDIA_CONFIG, TRUNK_ID, TRUNK_LIST, apply,
    body, change, part,
};
use super::catch::digits;
use super::{LiveKit, asked, invalid, not_found, page, texts};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, set, text};
use crate::sandbox::rules::Rule::{self, Bool, Filled, Passes, Word};
use crate::sandbox::rules::{Field, optional, required};

const TRANSPORT: Rule = Word(&["SIP_TRANSPORT_AUTO", "SIP_TRANSPORT_UDP", "SIP_TRANSPORT_TCP", "SIP_TRANSPORT_TLS"]);
const ADDRESS: Rule = Passes(is_address, "a host, optionally with a port, and not a SIP URI");
const MASKS: Rule = Rule::List(&Passes(is_mask, "an IP address or a network"));

static INBOUND: Rule = Rule::Object(&[
    optional("sip_trunk_id", ANY),
    optional("name", ANY),
    optional("metadata", ANY),
    optional("numbers", ANYS),
    optional("allowed_addresses", MASKS),
    optional("allowed_numbers", ANYS),
    optional("auth_username", ANY),
    optional("auth_password", ANY),
    optional("auth_realm", ANY),
    optional("headers", MAP),
    optional("headers_to_attributes", MAP),
    optional("attributes_to_headers", MAP),
    optional("include_headers", INCLUDED),
    optional("ringing_timeout", DURATION),
    optional("ringing_timeout_status", ANY),
    optional("max_call_duration", DURATION),
    optional("krisp_enabled", Bool),
    optional("media_encryption", ENCRYPTION),
    optional("media", MEDIA_CONFIG),
]);
static INBOUND_CHANGES: &[Field] = &[
    optional("numbers", LIST_CHANGE),
    optional("allowed_addresses", LIST_CHANGE),
    optional("allowed_numbers", LIST_CHANGE),
    optional("auth_username", ANY),
    optional("auth_password", ANY),
    optional("auth_realm", ANY),
    optional("name", ANY),
    optional("metadata", ANY),
    optional("media_encryption", ENCRYPTION),
    optional("media", MEDIA_CONFIG),
];
static OUTBOUND: Rule = Rule::Object(&[
    optional("sip_trunk_id", ANY),
    optional("name", ANY),
    optional("metadata", ANY),
    required("address", ADDRESS),
    optional("destination_country", ANY),
    optional("transport", TRANSPORT),
    required("numbers", Filled(&ANY)),
    optional("auth_username", ANY),
    optional("auth_password", ANY),
    optional("headers", MAP),
    optional("headers_to_attributes", MAP),
    optional("attributes_to_headers", MAP),
    optional("include_headers", INCLUDED),
    optional("media_encryption", ENCRYPTION),
    optional("media", MEDIA_CONFIG),
    optional("from_host", ANY),
]);
static OUTBOUND_CHANGES: &[Field] = &[
    optional("address", ADDRESS),
    optional("transport", TRANSPORT),
    optional("destination_country", ANY),
    optional("numbers", LIST_CHANGE),
    optional("auth_username", ANY),
    optional("auth_password", ANY),
    optional("name", ANY),
    optional("metadata", ANY),
    optional("media_encryption", ENCRYPTION),
    optional("media", MEDIA_CONFIG),
    optional("from_host", ANY),
];

impl LiveKit {
    pub(super) fn create_inbound(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut trunk = part(&mut body(request, &Rule::Free)?, "trunk", &INBOUND)?;
        check_new(&trunk)?;
        set(&mut trunk, "sip_trunk_id", context.hex_id("ST_"));
        set(&mut trunk, "created_at", context.now());
        self.keep_inbound(context, trunk)
    }

    pub(super) fn update_inbound(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let (id, change) = change(request, "sip_trunk_id", (&INBOUND, &Rule::Object(INBOUND_CHANGES)))?;
        let old = self.inbound.get(&id).ok_or_else(|| not_found(&id))?;
        let trunk = changed(old, change, &["numbers", "allowed_addresses", "allowed_numbers"]);
        self.keep_inbound(context, trunk)
    }

    /// Stores a trunk that no other one is in conflict with.
    fn keep_inbound(&mut self, context: &mut Context<'_>, trunk: Object) -> Answer {
        let mut whole = zero_inbound();
        whole.extend(trunk);
        set(&mut whole, "updated_at", context.now());
        let is_open = ["numbers", "allowed_addresses"].iter().all(|list| texts(&whole, list).next().is_none());
        if is_open && text(&whole, "auth_username") == Some("") {
            return Err(invalid(
                "for security, one of the fields must be set: auth_username, allowed_addresses, numbers",
            ));
        }
        self.check_conflict(&whole)?;
        let id = text(&whole, "sip_trunk_id").unwrap_or_default().to_owned();
        self.index(&id, false);
        self.inbound.put(whole.clone());
        self.index(&id, true);
        Ok(Reply::json(200, whole))
    }

    /// Two trunks without numbers are in conflict too. Addresses play no part.
    fn check_conflict(&self, trunk: &Object) -> Result<(), Reply> {
        let id = text(trunk, "sip_trunk_id").unwrap_or_default();
        let numbers: Vec<&str> = texts(trunk, "numbers").collect();
        let keys = if numbers.is_empty() { vec![String::new()] } else { numbers.iter().map(|n| digits(n)).collect() };
        for other in keys.iter().filter_map(|key| self.trunks_of.get(key)).flatten().filter(|other| *other != id) {
            let Some(other) = self.inbound.get(other) else { continue };
            let callers = |trunk: &Object| texts(trunk, "allowed_numbers").map(digits).collect::<Vec<_>>();
            let (mine, theirs) = (callers(trunk), callers(other));
            let shared = mine.iter().find(|caller| theirs.contains(caller));
            let without = mine.is_empty() && theirs.is_empty();
            if without || shared.is_some() {
                let end =
                    shared.map_or("without AllowedNumbers set".to_owned(), |c| format!("and AllowedNumber \"{c}\""));
                let other = text(other, "sip_trunk_id").unwrap_or_default();
                return Err(invalid(format!(
                    "Conflicting inbound SIP Trunks: \"<new>\" and {other:?}, using the same number(s) {numbers:?} {end}"
                )));
            }
        }
        Ok(())
    }

    /// Adds the numbers of a trunk to the index and to what is shown, or takes them out.
    fn index(&mut self, id: &str, is_there: bool) {
        let Some(trunk) = self.inbound.get(id) else { return };
        let mut keys: Vec<String> = texts(trunk, "numbers").map(digits).collect();
        if keys.is_empty() {
            keys.push(String::new());
        }
        for key in keys {
            let trunks = self.trunks_of.entry(key).or_default();
            if is_there {
                trunks.insert(id.to_owned());
            } else {
                trunks.remove(id);
            }
        }
        for number in asked(trunk, "numbers") {
            let shown = format!("{id}/{number}");
            if is_there {
                self.show(id, &number);
            } else {
                self.shown.remove(&shown);
            }
        }
    }

    /// Shows a number as it is now.
    pub(super) fn show(&mut self, trunk: &str, number: &str) {
        let agent = self.agent_of(trunk, number);
        let name = self.inbound.get(trunk).and_then(|trunk| text(trunk, "name")).filter(|name| !name.is_empty());
        self.shown.put(fields(json!({
            "id": format!("{trunk}/{number}"),
            "trunk": trunk,
            "number": number,
            "name": name,
            "agent": agent,
        })));
    }

    pub(super) fn get_inbound(&self, request: &Request<'_>) -> Answer {
        let body = body(request, &TRUNK_ID)?;
        let id = text(&body, "sip_trunk_id").unwrap_or_default();
        Ok(Reply::json(200, json!({"trunk": self.inbound.get(id).ok_or_else(|| not_found(id))?})))
    }

    pub(super) fn get_outbound(&self, request: &Request<'_>) -> Answer {
        let body = body(request, &TRUNK_ID)?;
        let id = text(&body, "sip_trunk_id").unwrap_or_default();
        Ok(Reply::json(200, json!({"trunk": self.outbound.get(id).ok_or_else(|| not_found(id))?})))
    }

    /// The filter also returns the trunks without numbers.
    pub(super) fn list_inbound(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &TRUNK_LIST)?;
        let (ids, numbers) = (asked(&body, "trunk_ids"), asked(&body, "numbers"));
        if !ids.is_empty() {
            let items: Vec<Value> = ids.iter().map(|id| json!(self.inbound.get(id))).collect();
            return Ok(Reply::json(200, json!({"items": items})));
        }
        let items = if numbers.is_empty() {
            self.inbound.iter().collect()
        } else {
            let keys = numbers.iter().map(|number| digits(number)).chain([String::new()]);
            let found: std::collections::BTreeSet<&String> =
                keys.filter_map(|key| self.trunks_of.get(&key)).flatten().collect();
            found.into_iter().filter_map(|id| self.inbound.get(id)).collect()
        };
        Ok(page(context, &body, "sip_trunk_id", items))
    }

    pub(super) fn list_outbound(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &TRUNK_LIST)?;
        let (ids, numbers) = (asked(&body, "trunk_ids"), asked(&body, "numbers"));
        if !ids.is_empty() {
            let items: Vec<Value> = ids.iter().map(|id| json!(self.outbound.get(id))).collect();
            return Ok(Reply::json(200, json!({"items": items})));
        }
        let wanted: Vec<String> = numbers.iter().map(|number| digits(number)).collect();
        let has = |trunk: &&Object| {
            wanted.is_empty() || texts(trunk, "numbers").any(|number| wanted.contains(&digits(number)))
        };
        Ok(page(context, &body, "sip_trunk_id", self.outbound.iter().filter(has).collect()))
    }

    /// The same trunk twice is accepted.
    pub(super) fn create_outbound(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let trunk = part(&mut body(request, &Rule::Free)?, "trunk", &OUTBOUND)?;
        check_new(&trunk)?;
        let mut whole = zero_outbound();
        whole.extend(trunk);
        set(&mut whole, "sip_trunk_id", context.hex_id("ST_"));
        set(&mut whole, "created_at", context.now());
        self.outbound.put(whole.clone());
        Ok(Reply::json(200, whole))
    }

    pub(super) fn update_outbound(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let (id, change) = change(request, "sip_trunk_id", (&OUTBOUND, &Rule::Object(OUTBOUND_CHANGES)))?;
        let old = self.outbound.get(&id).ok_or_else(|| not_found(&id))?;
        let mut whole = zero_outbound();
        whole.extend(changed(old, change, &["numbers"]));
        if texts(&whole, "numbers").next().is_none() {
            return Err(invalid("no trunk numbers specified"));
        }
        set(&mut whole, "updated_at", context.now());
        self.outbound.put(whole.clone());
        Ok(Reply::json(200, whole))
    }

    pub(super) fn delete_trunk(&mut self, request: &Request<'_>) -> Answer {
        let body = body(request, &TRUNK_ID)?;
        let id = text(&body, "sip_trunk_id").unwrap_or_default();
        self.index(id, false);
        let removed = self.inbound.remove(id).or_else(|| self.outbound.remove(id)).ok_or_else(|| not_found(id))?;
        // The common form of both kinds.
        Ok(Reply::json(200, json!({"sip_trunk_id": removed["sip_trunk_id"], "name": removed["name"]})))
    }
}

fn check_new(trunk: &Object) -> Result<(), Reply> {
    match text(trunk, "sip_trunk_id") {
        None | Some("") => Ok(()),
        Some(_) => Err(invalid("trunk id must be empty")),
    }
}

/// The trunk after a change. A replacement keeps only the id and the time of the create.
fn changed(old: &Object, change: Change, lists: &[&str]) -> Object {
    match change {
        Change::Replace(mut whole) => {
            for field in ["sip_trunk_id", "created_at"] {
                set(&mut whole, field, old[field].clone());
            }
            whole
        }
        Change::Update(changes) => {
            let mut trunk = old.clone();
            apply(&mut trunk, changes, lists);
            trunk
        }
    }
}

fn zero_inbound() -> Object {
    fields(json!({
        "sip_trunk_id": "", "name": "", "metadata": "", "numbers": [], "allowed_addresses": [], "allowed_numbers": [],
        "auth_username": "", "auth_password": "", "auth_realm": "", "headers": {}, "headers_to_attributes": {},
        "attributes_to_headers": {}, "include_headers": "SIP_NO_HEADERS", "ringing_timeout": null,
        "ringing_timeout_status": "SIP_STATUS_UNKNOWN", "max_call_duration": null, "krisp_enabled": false,
        "media_encryption": "SIP_MEDIA_ENCRYPT_DISABLE", "media": null, "created_at": null, "updated_at": null,
    }))
}

fn zero_outbound() -> Object {
    fields(json!({
        "sip_trunk_id": "", "name": "", "metadata": "", "address": "", "destination_country": "",
        "transport": "SIP_TRANSPORT_AUTO", "numbers": [], "auth_username": "", "auth_password": "", "headers": {},
        "headers_to_attributes": {}, "attributes_to_headers": {}, "include_headers": "SIP_NO_HEADERS",
        "media_encryption": "SIP_MEDIA_ENCRYPT_DISABLE", "media": null, "from_host": "", "created_at": null,
        "updated_at": null,
    }))
}

fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_uri = lower.starts_with("sip:") || lower.starts_with("sips:") || lower.contains("transport=");
    !text.is_empty() && !is_uri && !text.contains(['@', ';', ' '])
}

fn is_mask(text: &str) -> bool {
    !text.is_empty() && !text.contains("://") && !text.contains(['(', ')', '+', '*', ';', ',', ' '])
}
