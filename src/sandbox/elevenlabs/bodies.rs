//! The bodies that ElevenLabs accepts, field by field.

use crate::sandbox::rules::Rule::{self, *};
use crate::sandbox::rules::{Field, optional, required};

const ANY: usize = usize::MAX;
const TEXT: Rule = Text(0, ANY);
const FILLED: Rule = Text(1, ANY);
const MEDIA: Rule = Word(&["disabled", "allowed", "required"]);

static TEXTS: Rule = List(&TEXT);
static TEXT_RULE: Rule = TEXT;
static FILLED_RULE: Rule = FILLED;
static BOOL: Rule = Bool;
static CODEC: Rule = Word(&["G722/8000", "PCMU/8000", "PCMA/8000"]);
static STACK: Rule = Word(&["standard", "static"]);

static CREDENTIALS: Rule = Object(&[required("username", FILLED), optional("password", Nullable(&TEXT_RULE))]);

static INBOUND: Rule = Object(&[
    optional("allowed_addresses", Nullable(&TEXTS)),
    optional("allowed_numbers", Nullable(&TEXTS)),
    optional("media_encryption", MEDIA),
    optional("credentials", Nullable(&CREDENTIALS)),
    optional("remote_domains", Nullable(&TEXTS)),
    optional("attributes_to_headers", Texts),
]);

static OUTBOUND: Rule = Object(&[
    required(
        "address",
        Passes(
            |text| !text.is_empty() && !text.starts_with("sip:") && !text.starts_with("sips:"),
            "a host name or an IP address",
        ),
    ),
    optional("transport", Word(&["auto", "udp", "tcp", "tls"])),
    optional("media_encryption", MEDIA),
    optional("headers", Texts),
    optional("attributes_to_headers", Texts),
    optional("credentials", Nullable(&CREDENTIALS)),
    optional("enabled_codecs", List(&CODEC)),
]);

static REGION: Rule = Object(&[
    required("region_id", Word(&["us1", "ie1", "au1"])),
    required("token", FILLED),
    required(
        "edge_location",
        Word(&["ashburn", "dublin", "frankfurt", "sao-paulo", "singapore", "sydney", "tokyo", "umatilla", "roaming"]),
    ),
]);

static TWILIO: &[Field] = &[
    required("phone_number", E164),
    required("label", TEXT),
    optional("agent_id", Nullable(&FILLED_RULE)),
    optional("supports_inbound", Bool),
    optional("supports_outbound", Bool),
    required("sid", FILLED),
    required("token", FILLED),
    optional("account_auth_token", Nullable(&FILLED_RULE)),
    optional("region_config", Nullable(&REGION)),
    optional("enable_sms", Bool),
];
static SIP_TRUNK: &[Field] = &[
    required("phone_number", FILLED),
    required("label", TEXT),
    optional("agent_id", Nullable(&FILLED_RULE)),
    optional("supports_inbound", Bool),
    optional("supports_outbound", Bool),
    optional("inbound_trunk_config", Nullable(&INBOUND)),
    optional("outbound_trunk_config", Nullable(&OUTBOUND)),
];
static EXOTEL: &[Field] = &[
    required("phone_number", E164),
    required("label", TEXT),
    optional("agent_id", Nullable(&FILLED_RULE)),
    optional("supports_inbound", Bool),
    optional("supports_outbound", Bool),
    required("account_sid", FILLED),
    required("api_key", FILLED),
    required("api_token", FILLED),
    required("api_subdomain", Word(&["api.in.exotel.com", "api.exotel.com"])),
    required("app_id", FILLED),
    optional("applet_url", Nullable(&TEXT_RULE)),
];

pub(super) static IMPORT: Rule = Union("provider", &[("twilio", TWILIO), ("sip_trunk", SIP_TRUNK), ("exotel", EXOTEL)]);

pub(super) static UPDATE: Rule = Object(&[
    optional("agent_id", Nullable(&FILLED_RULE)),
    optional("label", Nullable(&TEXT_RULE)),
    optional("inbound_trunk_config", Nullable(&INBOUND)),
    optional("outbound_trunk_config", Nullable(&OUTBOUND)),
    optional("livekit_stack", Nullable(&STACK)),
    optional("store_sip_messages", Nullable(&BOOL)),
    optional("environment", Nullable(&TEXT_RULE)),
    optional("branch_id", Nullable(&TEXT_RULE)),
]);
