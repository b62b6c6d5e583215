//! The bodies that Retell accepts, field by field.

use crate::sandbox::rules::Rule::{self, *};
use crate::sandbox::rules::{Field, optional, required};

const ANY: Rule = Text(0, usize::MAX);
const FILLED: Rule = Text(1, usize::MAX);

static AGENT: &[Field] = &[
    required("agent_id", FILLED),
    // Above 0.
    required("weight", Number(f64::MIN_POSITIVE, 1.0)),
    optional("agent_version", TextOr(&Number(0.0, u32::MAX as f64))),
];
static AGENTS: Rule = List(&Object(AGENT));
static COUNTRY: Rule = Passes(is_country, "a country code of two capitals");
static COUNTRIES: Rule = List(&COUNTRY);
static TEXT: Rule = ANY;
static TRANSPORT: Rule = Word(&["TLS", "TCP", "UDP"]);

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn has_no_spaces(text: &str) -> bool {
    !text.contains(' ')
}

pub(super) static IMPORT: Rule = Object(&[
    required("phone_number", FILLED),
    required("termination_uri", Passes(has_no_spaces, "a text without spaces")),
    optional("sip_trunk_auth_username", ANY),
    optional("sip_trunk_auth_password", ANY),
    optional("transport", Nullable(&TRANSPORT)),
    optional("codecs", List(&TEXT)),
    optional("ignore_e164_validation", Bool),
    optional("inbound_agents", Nullable(&AGENTS)),
    optional("outbound_agents", Nullable(&AGENTS)),
    optional("inbound_webhook_url", Nullable(&TEXT)),
    optional("nickname", ANY),
    optional("allowed_inbound_country_list", Nullable(&COUNTRIES)),
    optional("allowed_outbound_country_list", Nullable(&COUNTRIES)),
]);

pub(super) static PURCHASE: Rule = Object(&[
    optional("phone_number", E164),
    optional("area_code", Number(100.0, 999.0)),
    optional("country_code", Word(&["US", "CA"])),
    optional("number_provider", Word(&["twilio", "telnyx"])),
    optional("toll_free", Bool),
    optional("nickname", ANY),
    optional("transport", Nullable(&TRANSPORT)),
    optional("fallback_number", Nullable(&TEXT)),
    optional("inbound_agents", Nullable(&AGENTS)),
    optional("outbound_agents", Nullable(&AGENTS)),
    optional("inbound_webhook_url", Nullable(&TEXT)),
    optional("allowed_inbound_country_list", Nullable(&COUNTRIES)),
    optional("allowed_outbound_country_list", Nullable(&COUNTRIES)),
]);

pub(super) static UPDATE: Rule = Object(&[
    optional("termination_uri", Passes(has_no_spaces, "a text without spaces")),
    optional("auth_username", ANY),
    optional("auth_password", ANY),
    optional("codecs", List(&TEXT)),
    optional("inbound_agents", Nullable(&AGENTS)),
    optional("outbound_agents", Nullable(&AGENTS)),
    optional("inbound_sms_agents", Nullable(&AGENTS)),
    optional("outbound_sms_agents", Nullable(&AGENTS)),
    optional("inbound_webhook_url", Nullable(&TEXT)),
    optional("inbound_sms_webhook_url", Nullable(&TEXT)),
    optional("nickname", Nullable(&TEXT)),
    optional("fallback_number", Nullable(&TEXT)),
    optional("allowed_inbound_country_list", Nullable(&COUNTRIES)),
    optional("allowed_outbound_country_list", Nullable(&COUNTRIES)),
    optional("transport", Nullable(&TRANSPORT)),
]);
