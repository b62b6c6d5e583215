use super::{EmergencyStatus, InboundCallScreening, UsagePaymentMethod};
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, received_object, request_object, wire_object};

/// The maximum length of a caller name, in characters.
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
            /// The number that calls show as the called number; empty for the number itself.
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
            /// Whether a tech prefix is required.
            tech_prefix_enabled: bool,
            /// The call forwarding.
            call_forwarding: CallForwarding,
            /// The caller name.
            cnam_listing: CnamListing,
            /// The payment method.
            usage_payment_method: UsagePaymentMethod,
            /// The media settings.
            media_features: MediaFeatures,
            /// The recording settings.
            call_recording: CallRecording,
            /// How calls that are classified as fraud are handled.
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
            /// The status of emergency calls.
            emergency_status: EmergencyStatus,
        }
    }
}

wire_object! {
    snake_case;

    /// The call forwarding of a number.
    pub struct CallForwarding {
        optional {
            /// Whether forwarding is allowed. Defaults to true.
            call_forwarding_enabled: bool,
            /// The number that gets the calls; empty for no forwarding.
            forwards_to: String,
            /// When calls are forwarded.
            forwarding_type: ForwardingType,
        }
    }

    /// The caller name of a number (CNAM).
    pub struct CnamListing {
        optional {
            /// Whether outbound calls show the name.
            cnam_listing_enabled: bool,
            /// The name, at most 15 characters.
            cnam_listing_details: String,
        }
    }

    /// The media settings of a number.
    pub struct MediaFeatures {
        optional {
            /// Whether media is sent to the address from which it arrives.
            rtp_auto_adjust_enabled: bool,
            /// Whether media is accepted from any address.
            accept_any_rtp_packets_enabled: bool,
            /// Whether there is a T.38 fax gateway.
            t38_fax_gateway_enabled: bool,
        }
    }

    /// The recording settings of a number.
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
    /// Returns the number to which all calls are forwarded without trying the connection.
    #[must_use]
    pub fn always(&self) -> Option<&str> {
        let to = self.forwards_to.as_deref().map(str::trim).filter(|to| !to.is_empty())?;
        // With an unknown type, calls may never reach the connection.
        let first = self.forwarding_type != Some(ForwardingType::OnFailure);
        (first && self.call_forwarding_enabled != Some(false)).then_some(to)
    }
}

open_enum! {
    /// When calls are forwarded.
    pub enum ForwardingType {
        /// Always, without trying the connection.
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
        /// One channel for all parties.
        Single = "single",
        /// One channel for each party.
        Dual = "dual",
    }
}

request_object! {
    snake_case;

    /// An update of the voice settings of a number. Fields that are not set stay unchanged. The connection is set by
    /// [`UpdateNumber`](super::UpdateNumber).
    pub struct UpdateVoiceSettings {
        optional {
            /// Sets whether a tech prefix is required.
            tech_prefix_enabled: bool,
            /// Sets the call forwarding. An empty `forwards_to` ends it.
            call_forwarding: CallForwarding,
            /// Sets the caller name.
            cnam_listing: CnamListing,
            /// Sets the payment method.
            usage_payment_method: UsagePaymentMethod,
            /// Sets the media settings.
            media_features: MediaFeatures,
            /// Sets the recording settings.
            call_recording: CallRecording,
            /// Sets how calls that are classified as fraud are handled.
            inbound_call_screening: InboundCallScreening,
            /// Sets whether caller names are looked up.
            caller_id_name_enabled: bool,
        }
        emptied {
            /// Sets the number that calls show as the called number.
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
