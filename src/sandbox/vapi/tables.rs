//! The bodies that Vapi accepts, field by field.

use crate::sandbox::rules::Rule::{self, *};
use crate::sandbox::rules::{Field, optional, required};

const ANY: usize = usize::MAX;
const TEXT: Rule = Text(0, ANY);
const ID: Rule = Text(1, ANY);

static SERVER: Rule = Object(&[
    optional("url", TEXT),
    optional("timeoutSeconds", Number(1.0, 300.0)),
    optional("headers", Texts),
    optional("credentialId", ID),
    optional("backoffPlan", Object(BACKOFF)),
    optional("staticIpAddressesEnabled", Bool),
    optional("encryptedPaths", List(&TEXT)),
]);
static BACKOFF: &[Field] = &[
    required("type", Word(&["fixed", "exponential"])),
    required("maxRetries", Number(0.0, 10.0)),
    required("baseDelaySeconds", Number(0.0, 10.0)),
    optional("excludedStatusCodes", List(&Number(100.0, 599.0))),
];

const MESSAGE: Rule = TextOr(&CUSTOM);
static CUSTOM: Rule = Union("type", &[("custom-message", CUSTOM_MESSAGE)]);
static CUSTOM_MESSAGE: &[Field] = &[optional("content", Text(0, 1000)), optional("contents", List(&CONTENT))];
static CONTENT: Rule = Union("type", &[("text", &[required("text", TEXT), required("language", Text(2, 3))])]);

static TRANSFER_PLAN: &[Field] = &[
    required(
        "mode",
        Word(&[
            "blind-transfer",
            "blind-transfer-add-summary-to-sip-header",
            "warm-transfer-say-message",
            "warm-transfer-say-summary",
            "warm-transfer-twiml",
            "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
            "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary",
            "warm-transfer-experimental",
        ]),
    ),
    optional("message", MESSAGE),
    optional("timeout", Number(1.0, 600.0)),
    optional("sipVerb", Word(&["refer", "bye", "dial"])),
    optional("dialTimeout", Number(1.0, 600.0)),
    optional("holdAudioUrl", TEXT),
    optional("transferCompleteAudioUrl", TEXT),
    optional("contextEngineeringPlan", Union("type", CONTEXT)),
    optional("twiml", Text(0, 4096)),
    optional("summaryPlan", Object(SUMMARY)),
    optional("sipHeadersInReferToEnabled", Bool),
    optional("fallbackPlan", Object(&[required("message", MESSAGE), optional("endCallEnabled", Bool)])),
];
static CONTEXT: &[(&str, &[Field])] =
    &[("all", &[]), ("none", &[]), ("lastNMessages", &[required("maxMessages", Number(0.0, f64::MAX))])];
static SUMMARY: &[Field] =
    &[optional("messages", List(&Free)), optional("enabled", Bool), optional("timeoutSeconds", Number(1.0, 60.0))];

const DESTINATION: Rule = Union("type", DESTINATIONS);
static DESTINATIONS: &[(&str, &[Field])] = &[("number", NUMBER_DESTINATION), ("sip", SIP_DESTINATION)];
static NUMBER_DESTINATION: &[Field] = &[
    required("number", Text(3, 40)),
    optional("numberE164CheckEnabled", Bool),
    optional("extension", Text(1, 10)),
    optional("callerId", Text(0, 40)),
    optional("message", MESSAGE),
    optional("transferPlan", Object(TRANSFER_PLAN)),
    optional("description", TEXT),
];
static SIP_DESTINATION: &[Field] = &[
    required("sipUri", TEXT),
    optional("callerId", Text(0, 40)),
    optional("sipHeaders", Free),
    optional("message", MESSAGE),
    optional("transferPlan", Object(TRANSFER_PLAN)),
    optional("description", TEXT),
];

static HOOK: Rule = Union("on", &[("call.ringing", RINGING), ("call.ending", ENDING)]);
static RINGING: &[Field] =
    &[required("do", List(&ACTION)), optional("filters", List(&Union("type", &[("startsWith", STARTS_WITH)])))];
static ENDING: &[Field] =
    &[optional("do", Union("type", ACTIONS)), optional("filters", List(&Union("type", &[("oneOf", ONE_OF)])))];
static ACTION: Rule = Union("type", ACTIONS);
static ACTIONS: &[(&str, &[Field])] =
    &[("transfer", &[optional("destination", DESTINATION)]), ("say", &[required("exact", Text(0, 4000))])];
static STARTS_WITH: &[Field] = &[required("key", Word(&["number"])), required("startsWith", List(&Text(0, 20)))];
static ONE_OF: &[Field] = &[
    required("key", Word(&["call.endedReason"])),
    required(
        "oneOf",
        List(&Word(&[
            "assistant-request-failed",
            "assistant-request-returned-error",
            "assistant-request-returned-unspeakable-error",
            "assistant-request-returned-invalid-assistant",
            "assistant-request-returned-no-assistant",
            "assistant-request-returned-forwarding-phone-number",
        ])),
    ),
];

static AUTHENTICATION: Rule =
    Object(&[required("username", Text(20, 40)), required("password", Text(20, 40)), optional("realm", TEXT)]);

/// The fields of a create: those for every carrier, and those for one carrier.
macro_rules! create {
    ($($own:expr),+ $(,)?) => {
        &[
            $($own,)+
            optional("name", Text(0, 40)),
            optional("assistantId", ID),
            optional("squadId", ID),
            optional("workflowId", ID),
            optional("server", Nullable(&SERVER)),
            optional("fallbackDestination", Nullable(&DESTINATION)),
            optional("hooks", List(&HOOK)),
        ]
    };
}

/// The fields of an update. `null` clears a field; an empty text clears the name.
macro_rules! update {
    ($($own:expr),+ $(,)?) => {
        Object(&[
            $($own,)+
            optional("provider", ID),
            optional("name", Text(0, 40)),
            optional("assistantId", Nullable(&ID)),
            optional("squadId", Nullable(&ID)),
            optional("workflowId", Nullable(&ID)),
            optional("server", Nullable(&SERVER)),
            optional("fallbackDestination", Nullable(&DESTINATION)),
            optional("hooks", Nullable(&List(&HOOK))),
        ])
    };
}

pub(super) static CREATE: Rule = Union(
    "provider",
    &[
        (
            "byo-phone-number",
            create![
                required("number", Text(3, 40)),
                required("credentialId", Uuid),
                optional("numberE164CheckEnabled", Bool),
            ],
        ),
        (
            "twilio",
            create![
                required("number", E164),
                required("twilioAccountSid", ID),
                optional("twilioAuthToken", ID),
                optional("twilioApiKey", ID),
                optional("twilioApiSecret", ID),
                optional("smsEnabled", Bool),
            ],
        ),
        ("vonage", create![required("number", E164), required("credentialId", Uuid)]),
        (
            "vapi",
            create![
                optional("numberDesiredAreaCode", Text(3, 3)),
                optional("sipUri", TEXT),
                optional("authentication", Nullable(&AUTHENTICATION)),
            ],
        ),
        ("telnyx", create![required("number", E164), required("credentialId", Uuid)]),
    ],
);

pub(super) static UPDATE_BYO: Rule = update![
    optional("number", Nullable(&Text(3, 40))),
    optional("numberE164CheckEnabled", Nullable(&Bool)),
    optional("credentialId", Uuid),
];
pub(super) static UPDATE_TWILIO: Rule = update![
    optional("number", E164),
    optional("twilioAccountSid", ID),
    optional("twilioAuthToken", Nullable(&ID)),
    optional("twilioApiKey", Nullable(&ID)),
    optional("twilioApiSecret", Nullable(&ID)),
    optional("smsEnabled", Nullable(&Bool)),
];
pub(super) static UPDATE_BY_CREDENTIAL: Rule = update![optional("number", E164), optional("credentialId", Uuid)];
pub(super) static UPDATE_VAPI: Rule =
    update![optional("sipUri", Nullable(&TEXT)), optional("authentication", Nullable(&AUTHENTICATION))];

static GATEWAY: Rule = Object(&[
    required("ip", ID),
    optional("port", Number(1.0, 65_535.0)),
    optional("netmask", Number(24.0, 32.0)),
    optional("inboundEnabled", Bool),
    optional("outboundEnabled", Bool),
    optional("outboundProtocol", Word(&["tls/srtp", "tcp", "tls", "udp"])),
    optional("optionsPingEnabled", Bool),
]);
static AUTHENTICATION_PLAN: &[Field] = &[
    optional("authUsername", TEXT),
    optional("authPassword", TEXT),
    optional(
        "sipRegisterPlan",
        Object(&[optional("domain", TEXT), optional("username", TEXT), optional("realm", TEXT)]),
    ),
];

pub(super) static CREATE_CREDENTIAL: Rule = Union(
    "provider",
    &[
        (
            "byo-sip-trunk",
            &[
                required("gateways", List(&GATEWAY)),
                optional("name", Text(1, 40)),
                optional("outboundAuthenticationPlan", Object(AUTHENTICATION_PLAN)),
                optional("outboundLeadingPlusEnabled", Bool),
                optional("techPrefix", Text(0, 10_000)),
                optional("sipDiversionHeader", Text(0, 10_000)),
            ],
        ),
        (
            "twilio",
            &[
                required("accountSid", ID),
                optional("authToken", ID),
                optional("apiKey", ID),
                optional("apiSecret", ID),
                optional("name", Text(1, 40)),
            ],
        ),
        ("vonage", &[required("apiKey", ID), required("apiSecret", ID), optional("name", Text(1, 40))]),
    ],
);

pub(super) static UPDATE_TRUNK: Rule = Object(&[
    optional("provider", ID),
    optional("gateways", List(&GATEWAY)),
    optional("name", Nullable(&Text(1, 40))),
    optional("outboundAuthenticationPlan", Nullable(&Object(AUTHENTICATION_PLAN))),
    optional("outboundLeadingPlusEnabled", Nullable(&Bool)),
    optional("techPrefix", Nullable(&Text(0, 10_000))),
    optional("sipDiversionHeader", Nullable(&Text(0, 10_000))),
]);
pub(super) static UPDATE_TWILIO_CREDENTIAL: Rule = Object(&[
    optional("provider", ID),
    optional("accountSid", ID),
    optional("authToken", Nullable(&ID)),
    optional("apiKey", Nullable(&ID)),
    optional("apiSecret", Nullable(&ID)),
    optional("name", Nullable(&Text(1, 40))),
]);
pub(super) static UPDATE_VONAGE_CREDENTIAL: Rule = Object(&[
    optional("provider", ID),
    optional("apiKey", ID),
    optional("apiSecret", Nullable(&ID)),
    optional("name", Nullable(&Text(1, 40))),
]);
