use super::{EmergencyStatus, InboundCallScreening, UsagePaymentMethod};
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, received_object, request_object, wire_object};

/// The maximum length of a listed name, in characters.
pub const CNAM_MAX: usize = 15;

received_object! {
    snake_case;

    /// The voice settings of a number.
    pub struct VoiceSettings {
        nullable {
            /// The connection that gets its calls. It is read-only here.
            connection_id: String,
            /// Your own reference.
            customer_reference: String,
            /// The number that calls show as the called one; empty for the number itself.
            translated_number: String,
        }
        optional {
            /// The number's id.
            id: String,
            /// `voice_settings`.
            record_type: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// The emergency settings.
            emergency: Emergency,
            /// Whether a tech prefix is expected.
            tech_prefix_enabled: bool,
            /// Where calls are forwarded.
            call_forwarding: CallForwarding,
            /// The listed name.
            cnam_listing: CnamListing,
            /// How the number is paid.
            usage_payment_method: UsagePaymentMethod,
            /// How media is handled.
            media_features: MediaFeatures,
            /// How calls are recorded.
            call_recording: CallRecording,
            /// What happens to calls that count as fraud.
            inbound_call_screening: InboundCallScreening,
        }
    }

    /// The emergency settings of a number.
    pub struct Emergency {
        nullable {
            /// Whether emergency calls are enabled.
            emergency_enabled: bool,
            /// The address for emergency calls.
            emergency_address_id: String,
            /// The state of emergency calls.
            emergency_status: EmergencyStatus,
        }
    }
}

wire_object! {
    snake_case;

    /// Where the calls of a number are forwarded.
    pub struct CallForwarding {
        optional {
            /// Whether forwarding is allowed. It is true by default.
            call_forwarding_enabled: bool,
            /// The number that gets the calls; empty for no forwarding.
            forwards_to: String,
            /// When calls are forwarded.
            forwarding_type: ForwardingType,
        }
    }

    /// The listed name of a number.
    pub struct CnamListing {
        optional {
            /// Whether a name is listed.
            cnam_listing_enabled: bool,
            /// The name, at most 15 characters.
            cnam_listing_details: String,
        }
    }

    /// How media is handled.
    pub struct MediaFeatures {
        optional {
            /// Whether media goes where it comes from.
            rtp_auto_adjust_enabled: bool,
            /// Whether media is accepted from any address.
            accept_any_rtp_packets_enabled: bool,
            /// Whether there is a T.38 fax gateway.
            t38_fax_gateway_enabled: bool,
        }
    }

    /// How calls are recorded.
    pub struct CallRecording {
        optional {
            /// Whether inbound calls are recorded.
            inbound_call_recording_enabled: bool,
            /// The format.
            inbound_call_recording_format: RecordingFormat,
            /// The channels.
            inbound_call_recording_channels: RecordingChannels,
        }
    }
}

impl CallForwarding {
    /// Returns the number to which all calls are forwarded, before the connection is used.
    #[must_use]
    pub fn always(&self) -> Option<&str> {
        let to = self.forwards_to.as_deref().map(str::trim).filter(|to| !to.is_empty())?;
        // Of an unknown type it is not known that the connection is asked first.
        let first = self.forwarding_type != Some(ForwardingType::OnFailure);
        (first && self.call_forwarding_enabled != Some(false)).then_some(to)
    }
}

open_enum! {
    /// When calls are forwarded.
    pub enum ForwardingType {
        /// Always. The connection does not matter.
        Always = "always",
        /// If the connection fails.
        OnFailure = "on-failure",
    }

    /// The format of recordings.
    pub enum RecordingFormat {
        /// WAV.
        Wav = "wav",
        /// MP3.
        Mp3 = "mp3",
    }

    /// The channels of recordings.
    pub enum RecordingChannels {
        /// One for all.
        Single = "single",
        /// One for each party.
        Dual = "dual",
    }
}

request_object! {
    snake_case;

    /// An update of the voice settings of a number. Fields that are not set stay unchanged. The connection is set by
    /// [`UpdateNumber`](super::UpdateNumber).
    pub struct UpdateVoiceSettings {
        optional {
            /// Sets whether a tech prefix is expected.
            tech_prefix_enabled: bool,
            /// Sets where calls are forwarded. An empty `forwards_to` ends the forwarding.
            call_forwarding: CallForwarding,
            /// Sets the listed name.
            cnam_listing: CnamListing,
            /// Sets how the number is paid.
            usage_payment_method: UsagePaymentMethod,
            /// Sets how media is handled.
            media_features: MediaFeatures,
            /// Sets how calls are recorded.
            call_recording: CallRecording,
            /// Sets what happens to calls that count as fraud.
            inbound_call_screening: InboundCallScreening,
            /// Sets whether callers' names are looked up.
            caller_id_name_enabled: bool,
        }
        emptied {
            /// Sets the number that calls show as the called one.
            translated_number: String,
        }
    }
}

impl UpdateVoiceSettings {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if *self == Self::new() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
        if let Some(name) = self.cnam_listing.as_ref().and_then(|listing| listing.cnam_listing_details.as_ref()) {
            problems.length("cnam_listing.cnam_listing_details", name, 0, CNAM_MAX);
        }
    }
}
