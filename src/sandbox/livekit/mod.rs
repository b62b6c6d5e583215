//! LiveKit: SIP trunks, dispatch rules, and the numbers that LiveKit sells. As on a self-hosted server, a second inbound
//! trunk or rule for the same calls is refused, and a second outbound trunk is not.
//!
//! Initially the project has no trunks, rules or numbers. A dispatch rule may name any agent.
//!
//! [`Sandbox::records`](super::Sandbox::records) returns an entry for each number on an inbound trunk.

mod body;
mod catch;
mod number;
mod rule;
mod token;
mod trunk;

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records, text};
use crate::model::{PlatformKind, Service};

const KEY: &str = "APIsandbox";
/// As long as the vendor's SDKs ask for.
const SECRET: &str = "sandbox-livekit-secret-of-32-bytes";

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::LIVEKIT),
    base_url: "LIVEKIT_URL",
    base_path: "",
    credentials: &[("LIVEKIT_API_KEY", KEY), ("LIVEKIT_API_SECRET", SECRET)],
    closed_sets: &["media_encryption", "include_headers", "transport", "number_type", "status"],
};

struct LiveKit {
    inbound: Records,
    outbound: Records,
    rules: Records,
    numbers: Records,
    /// The inbound trunks of each number, by its digits.
    trunks_of: HashMap<String, BTreeSet<String>>,
    /// The rules of each trunk; those for all trunks are under no trunk.
    rules_of: HashMap<String, BTreeSet<String>>,
    /// An entry for each number of an inbound trunk.
    shown: Records,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    let records = |id| Records::new(id, &[]);
    Box::new(LiveKit {
        inbound: records("sip_trunk_id"),
        outbound: records("sip_trunk_id"),
        rules: records("sip_dispatch_rule_id"),
        numbers: records("id"),
        trunks_of: HashMap::new(),
        rules_of: HashMap::new(),
        shown: records("id"),
    })
}

impl Api for LiveKit {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let path = request.segments();
        let ["twirp", service, method] = path.as_slice() else { return Err(bad_route()) };
        if request.method != "POST" || !request.is_of("application/json") {
            return Err(bad_route());
        }
        token::check(request)?;
        match (*service, *method) {
            ("livekit.SIP", "CreateSIPInboundTrunk") => self.create_inbound(context, request),
            ("livekit.SIP", "UpdateSIPInboundTrunk") => self.update_inbound(context, request),
            ("livekit.SIP", "GetSIPInboundTrunk") => self.get_inbound(request),
            ("livekit.SIP", "ListSIPInboundTrunk") => self.list_inbound(context, request),
            ("livekit.SIP", "CreateSIPOutboundTrunk") => self.create_outbound(context, request),
            ("livekit.SIP", "UpdateSIPOutboundTrunk") => self.update_outbound(context, request),
            ("livekit.SIP", "GetSIPOutboundTrunk") => self.get_outbound(request),
            ("livekit.SIP", "ListSIPOutboundTrunk") => self.list_outbound(context, request),
            ("livekit.SIP", "DeleteSIPTrunk") => self.delete_trunk(request),
            ("livekit.SIP", "CreateSIPDispatchRule") => self.create_rule(context, request),
            ("livekit.SIP", "UpdateSIPDispatchRule") => self.update_rule(context, request),
            ("livekit.SIP", "ListSIPDispatchRule") => self.list_rules(context, request),
            ("livekit.SIP", "DeleteSIPDispatchRule") => self.delete_rule(request),
            ("livekit.PhoneNumberService", "SearchPhoneNumbers") => number::search(context, request),
            ("livekit.PhoneNumberService", "PurchasePhoneNumber") => self.purchase(context, request),
            ("livekit.PhoneNumberService", "ListPhoneNumbers") => self.list_numbers(context, request),
            ("livekit.PhoneNumberService", "GetPhoneNumber") => self.get_number(request),
            ("livekit.PhoneNumberService", "UpdatePhoneNumber") => self.update_number(context, request),
            ("livekit.PhoneNumberService", "ReleasePhoneNumbers") => self.release_numbers(request),
            _ => Err(bad_route()),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        let code = match status {
            400 => "invalid_argument",
            401 => "unauthenticated",
            403 => "permission_denied",
            404 => "not_found",
            408 => "deadline_exceeded",
            409 => "already_exists",
            412 => "failed_precondition",
            429 => "resource_exhausted",
            501 => "unimplemented",
            503 => "unavailable",
            _ => "internal",
        };
        refused(status, code, words.unwrap_or(phrase(status)))
    }

    fn records(&self) -> Vec<&Object> {
        self.shown.iter().collect()
    }
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, json!({"code": code, "msg": message}))
}

fn invalid(message: impl AsRef<str>) -> Reply {
    refused(400, "invalid_argument", message.as_ref())
}

fn bad_route() -> Reply {
    refused(404, "bad_route", "no handler for path or content type")
}

fn not_found(what: &str) -> Reply {
    refused(404, "not_found", &format!("object cannot be found: {what}"))
}

/// A page of a list: its items after an id, in the order of their ids.
fn page(context: &Context<'_>, body: &Object, id: &str, mut items: Vec<&Object>) -> Reply {
    let page = body.get("page").and_then(Value::as_object);
    let after = page.and_then(|page| text(page, "after_id")).unwrap_or_default();
    let limit = page.and_then(|page| page.get("limit")).and_then(Value::as_u64).filter(|limit| *limit > 0);
    items.sort_by_key(|item| text(item, id));
    let size = context.page_size(limit.map_or(100, |limit| usize::try_from(limit).unwrap_or(usize::MAX)));
    let items = items.into_iter().filter(|item| text(item, id) > Some(after)).take(size);
    Reply::json(200, json!({"items": items.collect::<Vec<_>>()}))
}

/// The ids that a list asks for.
fn asked(body: &Object, field: &str) -> Vec<String> {
    texts(body, field).map(str::to_owned).collect()
}

fn texts<'a>(object: &'a Object, field: &str) -> impl Iterator<Item = &'a str> {
    object.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
