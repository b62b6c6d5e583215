//! The bodies that Telnyx accepts, field by field.

use crate::sandbox::rules::Rule::{self, *};
use crate::sandbox::rules::{Field, optional, required};

const ANY: usize = usize::MAX;
const TEXT: Rule = Text(0, ANY);
const NULLABLE_TEXT: Rule = Nullable(&TEXT);

pub(super) static NUMBERS: Rule = Object(&[required("phone_numbers", Filled(&E164))]);

pub(super) static UPDATE: Rule = Object(&[
    optional("connection_id", NULLABLE_TEXT),
    optional("tags", List(&TEXT)),
    optional("external_pin", NULLABLE_TEXT),
    optional("customer_reference", NULLABLE_TEXT),
    optional("billing_group_id", NULLABLE_TEXT),
    optional("hd_voice_enabled", Bool),
    optional("address_id", NULLABLE_TEXT),
]);

static VOICE_FIELDS: &[Field] = &[
    optional("tech_prefix_enabled", Bool),
    optional("translated_number", NULLABLE_TEXT),
    optional(
        "call_forwarding",
        Object(&[
            optional("call_forwarding_enabled", Bool),
            optional("forwards_to", NULLABLE_TEXT),
            optional("forwarding_type", Nullable(&Word(&["always", "on-failure"]))),
        ]),
    ),
    optional(
        "cnam_listing",
        Object(&[optional("cnam_listing_enabled", Bool), optional("cnam_listing_details", Nullable(&Text(0, 15)))]),
    ),
    optional("usage_payment_method", Word(&["pay-per-minute", "channel"])),
    optional(
        "media_features",
        Object(&[
            optional("rtp_auto_adjust_enabled", Bool),
            optional("accept_any_rtp_packets_enabled", Bool),
            optional("t38_fax_gateway_enabled", Bool),
        ]),
    ),
    optional(
        "call_recording",
        Object(&[
            optional("inbound_call_recording_enabled", Bool),
            optional("inbound_call_recording_format", Word(&["wav", "mp3"])),
            optional("inbound_call_recording_channels", Word(&["single", "dual"])),
        ]),
    ),
    optional("inbound_call_screening", Word(&["disabled", "reject_calls", "flag_calls"])),
    optional("caller_id_name_enabled", Bool),
];

pub(super) static VOICE: Rule = Object(VOICE_FIELDS);

pub(super) static MESSAGING: Rule = Object(&[
    optional("messaging_profile_id", NULLABLE_TEXT),
    optional("messaging_product", NULLABLE_TEXT),
    optional("tags", List(&TEXT)),
]);

pub(super) static JOB: Rule = Object(&[
    required("phone_numbers", Filled(&Text(1, ANY))),
    optional("connection_id", TEXT),
    optional("tags", List(&TEXT)),
    optional("external_pin", TEXT),
    optional("customer_reference", TEXT),
    optional("billing_group_id", TEXT),
    optional("hd_voice_enabled", Bool),
    optional("deletion_lock_enabled", Bool),
    optional("voice", Object(VOICE_FIELDS)),
]);
