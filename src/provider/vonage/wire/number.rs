use serde_json::Number;

use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::{Patch, open_enum, query_object, received_object};

/// The maximum number of entries per page.
pub const SIZE_MAX: u16 = 100;

received_object! {
    /// A number in a Vonage account (<https://developer.vonage.com/en/api/numbers>). Vonage leaves out unset fields.
    pub struct OwnedNumber {
        optional {
            /// The country, as two letters. Every update needs it.
            country: String,
            /// The digits of the number, without `+`. They are also its id.
            msisdn: String,
            /// The URL that receives its messages.
            mo_http_url: CallbackUrl,
            /// The kind of number, such as `mobile-lvn`.
            kind: String = "type",
            /// The features.
            features: Vec<Feature>,
            /// The limitations.
            limitations: Vec<Limitation>,
            /// `app`. Deprecated.
            messages_callback_type: String,
            /// The application that receives its messages. Deprecated.
            messages_callback_value: String,
            /// The type of the target that gets its calls.
            voice_callback_type: VoiceCallbackType,
            /// The SIP address, telephone number or application that gets its calls.
            voice_callback_value: String,
            /// The linked application.
            app_id: String = "app_id",
        }
    }

    /// A limitation of a number.
    pub struct Limitation {
        optional {
            /// The limited feature.
            feature: Feature,
            /// `INBOUND` or `OUTBOUND`.
            kind: String = "type",
            /// `DOMESTIC` or `INTERNATIONAL`.
            reach: String,
        }
    }

    /// One page of the numbers in an account. Vonage leaves out both fields if there are none.
    pub struct NumberPage {
        optional {
            /// The total number of numbers.
            count: Number,
            /// The numbers.
            numbers: Vec<OwnedNumber>,
        }
    }
}

open_enum! {
    /// A feature of a number.
    pub enum Feature {
        /// Calls.
        Voice = "VOICE",
        /// Text messages.
        Sms = "SMS",
        /// Picture messages.
        Mms = "MMS",
    }

    /// The type of the target that gets a number's calls.
    pub enum VoiceCallbackType {
        /// A SIP address. It takes precedence over the application.
        Sip = "sip",
        /// A telephone number. It takes precedence over the application.
        Tel = "tel",
        /// The application. Deprecated, and never sent.
        App = "app",
    }
}

impl OwnedNumber {
    /// Returns the address to which calls are forwarded before they reach the application.
    #[must_use]
    pub fn forwards_to(&self) -> Option<(&VoiceCallbackType, &str)> {
        let kind = self.voice_callback_type.as_ref().filter(|kind| **kind != VoiceCallbackType::App)?;
        let to = self.voice_callback_value.as_deref().filter(|to| !to.is_empty())?;
        Some((kind, to))
    }

    /// Returns the linked application, from either field.
    #[must_use]
    pub fn application(&self) -> Option<&str> {
        let set = |id: &&str| !id.is_empty();
        let by_voice = || {
            let is_app = self.voice_callback_type == Some(VoiceCallbackType::App);
            self.voice_callback_value.as_deref().filter(|_| is_app).filter(set)
        };
        self.app_id.as_deref().filter(set).or_else(by_voice)
    }

    /// Returns whether the number receives calls; `None` if unknown.
    #[must_use]
    pub fn has_voice(&self) -> Option<bool> {
        let features = self.features.as_ref()?;
        let stops =
            |limit: &Limitation| limit.feature == Some(Feature::Voice) && limit.kind.as_deref() == Some("INBOUND");
        Some(features.contains(&Feature::Voice) && !self.limitations.iter().flatten().any(stops))
    }
}

query_object! {
    /// Which numbers to list. Defaults to all numbers.
    pub struct ListNumbers {
        texts {
            /// Only numbers of this country, as two letters.
            country = "country",
            /// Only numbers that match these digits. Without a [`search_pattern`](Self::search_pattern), the number
            /// must begin with them.
            pattern = "pattern",
            /// Only numbers that are linked to this application.
            application_id = "application_id",
        }
        values {
            /// How the digits match.
            search_pattern: SearchPattern = "search_pattern",
            /// Only numbers that are linked to an application, or only numbers that are not.
            has_application: bool = "has_application",
            /// The number of the page, from 1. Defaults to 1.
            index: u32 = "index",
            /// The number of entries per page, 1 to 100. Defaults to 10.
            size: u16 = "size",
        }
    }
}

open_enum! {
    /// How the digits of a filter match a number.
    pub enum SearchPattern {
        /// The number begins with them.
        Starts = "0",
        /// The number contains them.
        Contains = "1",
        /// The number ends with them.
        Ends = "2",
    }
}

impl ListNumbers {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if let Some(size) = self.size.filter(|size| !(1..=SIZE_MAX).contains(size)) {
            problems.add(ProblemCode::OutOfRange, "size", format!("is {size}"), format!("use 1 to {SIZE_MAX}"));
        }
        if self.index == Some(0) {
            problems.add(ProblemCode::OutOfRange, "index", "is 0", "use 1 or more");
        }
        if let Some(country) = &self.country {
            problems.length("country", country, 2, 2);
        }
        let is_bad = |text: &String| text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit());
        if self.pattern.as_ref().is_some_and(is_bad) {
            problems.add(
                ProblemCode::Malformed,
                "pattern",
                "has characters other than digits",
                "give digits without `+`",
            );
        }
        if self.search_pattern.is_some() && self.pattern.is_none() {
            problems.add(ProblemCode::Missing, "pattern", "is missing", "give the digits to search for");
        }
    }

    /// The number of entries per page in requests.
    pub(in super::super) fn at(&self, index: u32) -> Self {
        self.clone().index(index)
    }
}

/// An update of a number. Fields that are not set stay unchanged: the client reads the number first and sends all its
/// fields back, because Vonage clears each field that an update leaves out.
///
/// Fields that Vonage does not return are lost with every update that does not set them: see
/// [`UNREADABLE`](super::UNREADABLE).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct UpdateNumber {
    pub(in super::super) app_id: Patch<String>,
    pub(in super::super) mo_http_url: Patch<CallbackUrl>,
    pub(in super::super) voice_callback: Patch<(VoiceCallbackType, String)>,
    pub(in super::super) voice_status_callback: Option<CallbackUrl>,
    pub(in super::super) mo_smpp_sys_type: Option<String>,
}

impl UpdateNumber {
    /// Creates an update that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Links the number to an application, or unlinks it.
    pub fn app_id(mut self, id: impl Into<Patch<String>>) -> Self {
        self.app_id = id.into();
        self
    }

    /// Sets the URL that receives messages. Vonage sends a GET to it first, and refuses the update (status 420) if it
    /// does not answer 200.
    pub fn mo_http_url(mut self, url: impl Into<Patch<CallbackUrl>>) -> Self {
        self.mo_http_url = url.into();
        self
    }

    /// Forwards calls to a SIP address or to a telephone number. They no longer reach the application.
    pub fn forward_to(mut self, kind: VoiceCallbackType, value: impl Into<String>) -> Self {
        self.voice_callback = Patch::Set((kind, value.into()));
        self
    }

    /// Ends the forwarding, so that the application answers.
    pub fn end_forwarding(mut self) -> Self {
        self.voice_callback = Patch::Clear;
        self
    }

    /// Sets the URL that gets the status of calls. No request returns it.
    pub fn voice_status_callback(mut self, url: impl Into<CallbackUrl>) -> Self {
        self.voice_status_callback = Some(url.into());
        self
    }

    /// Sets the system type of messages over SMPP. No request returns it.
    pub fn mo_smpp_sys_type(mut self, kind: impl Into<String>) -> Self {
        self.mo_smpp_sys_type = Some(kind.into());
        self
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if *self == Self::new() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
        if let Patch::Set((kind, value)) = &self.voice_callback {
            if !matches!(kind, VoiceCallbackType::Sip | VoiceCallbackType::Tel) {
                let fault = format!("is {:?}", kind.as_str());
                let remedy = "use `sip` or `tel`, or link an application by `app_id`";
                problems.add(ProblemCode::Unsupported, "voice_callback_type", fault, remedy);
            }
            if value.is_empty() {
                let remedy = "give the address, or clear the forwarding";
                problems.add(ProblemCode::Empty, "voice_callback_value", "is empty", remedy);
            }
        }
    }
}
