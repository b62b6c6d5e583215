use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};

use super::server::Headers;
use super::text::{LANGUAGES, check_dialled};
use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::{open_enum, open_union, wire_object};

open_union! {
    /// The destination of a transfer: the fallback of a number, or a hook's target.
    pub enum Destination by "type" {
        /// A telephone number.
        Number(NumberDestination) = "number",
        /// A SIP address.
        Sip(SipDestination) = "sip",
    }
}

wire_object! {
    /// A telephone number to transfer to.
    pub struct NumberDestination {
        required {
            /// The number, 3 to 40 characters: E.164, or if the check is off letters and digits after an
            /// optional `+`.
            number: String,
        }
        optional {
            /// Whether `number` must be E.164. Defaults to true.
            number_e164_check_enabled: bool,
            /// The extension that is dialled after the transfer connects: 1 to 10 characters.
            extension: String,
            /// The caller's number that is shown, at most 40 characters: E.164, `{{customer.number}}` or
            /// `{{phoneNumber.number}}`.
            caller_id: String,
            /// The message before the transfer. An empty text means silence.
            message: Message,
            /// The transfer plan. Defaults to a blind transfer.
            transfer_plan: Box<TransferPlan>,
            /// The description for the model that chooses a destination.
            description: String,
        }
    }

    /// A SIP address to transfer to.
    pub struct SipDestination {
        required {
            /// The address, `sip:user@host`.
            sip_uri: String,
        }
        optional {
            /// The caller that is shown, at most 40 characters. Applies only to the SIP verb `dial`.
            caller_id: String,
            /// Additional headers of the REFER, by name.
            sip_headers: Headers,
            /// The message before the transfer. An empty text means silence.
            message: Message,
            /// The transfer plan. Defaults to a blind transfer.
            transfer_plan: Box<TransferPlan>,
            /// The description for the model that chooses a destination.
            description: String,
        }
    }

    /// The plan of a transfer.
    pub struct TransferPlan {
        required {
            /// The mode of the transfer.
            mode: TransferMode,
        }
        optional {
            /// The message to the destination.
            message: Message,
            /// How long Vapi waits for an operator: 1 to 600 seconds. Defaults to 60.
            timeout: Number,
            /// The SIP verb. Defaults to `refer`.
            sip_verb: SipVerb,
            /// How long the verb `dial` rings: 1 to 600 seconds. Defaults to 60.
            dial_timeout: Number,
            /// The audio while the caller waits: the URL of an MP3 or WAV file.
            hold_audio_url: CallbackUrl,
            /// The audio when the transfer completes: the URL of an MP3 or WAV file.
            transfer_complete_audio_url: CallbackUrl,
            /// How much of the conversation the next agent sees.
            context_engineering_plan: ContextPlan,
            /// The TwiML that runs for the destination, at most 4096 characters.
            twiml: String,
            /// The plan of the summary.
            summary_plan: SummaryPlan,
            /// Whether the SIP headers are also part of the Refer-To address.
            sip_headers_in_refer_to_enabled: bool,
            /// The plan for a transfer that fails.
            fallback_plan: FallbackPlan,
        }
    }

    /// The plan of a transfer's summary.
    pub struct SummaryPlan {
        optional {
            /// The messages of the prompt, as raw objects.
            messages: Vec<Map<String, Value>>,
            /// Whether there is a summary. Defaults to true.
            enabled: bool,
            /// The time limit of the summary: 1 to 60 seconds. Defaults to 5.
            timeout_seconds: Number,
        }
    }

    /// The plan for a transfer that fails.
    pub struct FallbackPlan {
        required {
            /// The message.
            message: Message,
        }
        optional {
            /// Whether the call then ends. Defaults to true.
            end_call_enabled: bool,
        }
    }

    /// The whole conversation.
    pub struct AllContext {}

    /// Nothing of the conversation.
    pub struct NoContext {}

    /// The last messages of the conversation.
    pub struct LastMessages {
        required {
            /// The number of messages.
            max_messages: Number,
        }
    }

    /// A message with a text for each language.
    pub struct CustomMessage {
        optional {
            /// The text, at most 1000 characters.
            content: String,
            /// One text for each language. Takes precedence over `content`.
            contents: Vec<MessageContent>,
        }
    }

    /// A text in one language.
    pub struct TextContent {
        required {
            /// The text.
            text: String,
            /// The language's code, such as `en`.
            language: String,
        }
    }
}

open_union! {
    /// How much of the conversation the next agent sees.
    pub enum ContextPlan by "type" {
        /// The whole conversation.
        All(AllContext) = "all",
        /// Nothing.
        None(NoContext) = "none",
        /// The last messages.
        LastMessages(LastMessages) = "lastNMessages",
    }
}

open_union! {
    /// One part of a custom message.
    pub enum MessageContent by "type" {
        /// A text.
        Text(TextContent) = "text",
    }
}

open_union! {
    /// A message that is more than one text.
    pub enum MessageObject by "type" {
        /// With a text for each language.
        Custom(CustomMessage) = "custom-message",
    }
}

/// A message that is spoken.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Message {
    /// A text.
    Text(String),
    /// A custom message.
    Object(MessageObject),
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Message;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_str<E>(self, text: &str) -> Result<Message, E> {
                Ok(text.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Message, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(object)).map(Message::Object)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<CustomMessage> for Message {
    fn from(message: CustomMessage) -> Self {
        Self::Object(message.into())
    }
}

open_enum! {
    /// The mode of a transfer.
    pub enum TransferMode {
        /// A blind transfer.
        Blind = "blind-transfer",
        /// A blind transfer with a summary in a SIP header.
        BlindWithSummaryHeader = "blind-transfer-add-summary-to-sip-header",
        /// A warm transfer with a message.
        SayMessage = "warm-transfer-say-message",
        /// A warm transfer with a summary.
        SaySummary = "warm-transfer-say-summary",
        /// A warm transfer with TwiML.
        Twiml = "warm-transfer-twiml",
        /// A warm transfer that waits for the operator, then says a message.
        WaitThenMessage = "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
        /// A warm transfer that waits for the operator, then says a summary.
        WaitThenSummary = "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary",
        /// A warm transfer with the caller on hold.
        Experimental = "warm-transfer-experimental",
    }

    /// A SIP verb.
    pub enum SipVerb {
        /// REFER.
        Refer = "refer",
        /// BYE.
        Bye = "bye",
        /// A new call to the destination.
        Dial = "dial",
    }
}

impl Destination {
    pub(crate) fn check(&self, problems: &mut Problems) {
        match self {
            Self::Number(to) => {
                problems.required("number", to.number.as_ref());
                if let Some(number) = &to.number {
                    check_dialled("number", number, to.number_e164_check_enabled, problems);
                }
                if let Some(extension) = &to.extension {
                    problems.length("extension", extension, 1, 10);
                }
                check_spoken(to.caller_id.as_deref(), to.message.as_ref(), to.transfer_plan.as_deref(), problems);
            }
            Self::Sip(to) => {
                problems.required("sipUri", to.sip_uri.as_ref());
                check_spoken(to.caller_id.as_deref(), to.message.as_ref(), to.transfer_plan.as_deref(), problems);
            }
            Self::Unknown(_) => {}
        }
    }
}

fn check_spoken(
    caller_id: Option<&str>,
    message: Option<&Message>,
    plan: Option<&TransferPlan>,
    problems: &mut Problems,
) {
    if let Some(caller_id) = caller_id {
        problems.length("callerId", caller_id, 0, 40);
    }
    check_message(message, problems);
    if let Some(plan) = plan {
        problems.within("transferPlan", |problems| plan.check(problems));
    }
}

fn check_message(message: Option<&Message>, problems: &mut Problems) {
    let Some(Message::Object(MessageObject::Custom(message))) = message else { return };
    problems.within("message", |problems| {
        if let Some(content) = &message.content {
            problems.length("content", content, 0, 1000);
        }
        for (at, content) in message.contents.iter().flatten().enumerate() {
            let MessageContent::Text(text) = content else { continue };
            let field = format!("contents[{at}].language");
            problems.required(&format!("contents[{at}].text"), text.text.as_ref());
            problems.required(&field, text.language.as_ref());
            let unknown = |language: &&String| LANGUAGES.binary_search(&language.as_str()).is_err();
            if let Some(language) = text.language.as_ref().filter(unknown) {
                let fault = format!("is {language:?}, which Vapi does not list");
                problems.add(ProblemCode::Malformed, &field, fault, "use an ISO 639-1 code, or yue");
            }
        }
    });
}

impl TransferPlan {
    fn check(&self, problems: &mut Problems) {
        problems.required("mode", self.mode.as_ref());
        check_message(self.message.as_ref(), problems);
        if let Some(timeout) = &self.timeout {
            problems.range("timeout", timeout, 1, 600);
        }
        if let Some(timeout) = &self.dial_timeout {
            problems.range("dialTimeout", timeout, 1, 600);
        }
        if let Some(twiml) = &self.twiml {
            problems.length("twiml", twiml, 0, 4096);
        }
        if let Some(ContextPlan::LastMessages(last)) = &self.context_engineering_plan {
            problems.within("contextEngineeringPlan", |problems| {
                problems.required("maxMessages", last.max_messages.as_ref());
                if last.max_messages.as_ref().and_then(Number::as_f64).is_some_and(|max| max < 0.0) {
                    problems.add(ProblemCode::OutOfRange, "maxMessages", "is negative", "use 0 or more");
                }
            });
        }
        if let Some(SummaryPlan { timeout_seconds: Some(timeout), .. }) = &self.summary_plan {
            problems.range("summaryPlan.timeoutSeconds", timeout, 1, 60);
        }
        if let Some(plan) = &self.fallback_plan {
            problems.within("fallbackPlan", |problems| {
                problems.required("message", plan.message.as_ref());
                check_message(plan.message.as_ref(), problems);
            });
        }
    }
}
