//! Where a golden request is not as documented, and why it is right all the same.

pub(crate) struct Deviation {
    pub(crate) service: &'static str,
    /// The method and the path's template, or the path if there is none.
    pub(crate) operation: &'static str,
    /// What the check says. A `*` stands for any text.
    pub(crate) says: &'static str,
    #[allow(dead_code)] // for readers
    pub(crate) reason: &'static str,
}

const TWILIO_UPDATE: &str = "POST /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json";
const OUTSIDE: &str = "The reference has this page, and the stored document does not";

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        service: "butter",
        operation: "GET /api/phone-numbers",
        says: "query cursor: is unknown",
        reason: "The list returns a cursor, names no parameter for it, and the sister lists take it as `cursor`",
    },
    Deviation {
        service: "cartesia",
        operation: "* /agents/*/phone-numbers",
        says: "is not documented",
        reason: OUTSIDE,
    },
    Deviation {
        service: "signalwire",
        operation: "* /api/relay/rest/phone_numbers/*/e911_address",
        says: "is not documented",
        reason: OUTSIDE,
    },
    Deviation { service: "twilio", operation: "* /v1/Trunks", says: "is not documented", reason: OUTSIDE },
    Deviation {
        service: "twilio",
        operation: "* /v1/Trunks/*/OriginationUrls",
        says: "is not documented",
        reason: OUTSIDE,
    },
    Deviation {
        service: "twilio",
        operation: TWILIO_UPDATE,
        says: "body/*Sid: \"\" *",
        reason: "An empty text clears an id, as responses show it",
    },
    Deviation {
        service: "twilio",
        operation: TWILIO_UPDATE,
        says: "body/*: \"\" is not a \"uri\"",
        reason: "An empty text clears an address, as responses show it",
    },
    Deviation {
        service: "twilio",
        operation: TWILIO_UPDATE,
        says: "body/VoiceUrl: \"https://user:pässword@example.com/a b?x=1&y=a+b%20c#f\" is not a \"uri\"",
        reason: "An address is sent as its owner wrote it; this one shows how a form encodes it",
    },
];

impl Deviation {
    pub(crate) fn is(&self, service: &str, operation: &str, says: &str) -> bool {
        self.service == service && fits(self.operation, operation) && fits(self.says, says)
    }
}

/// Whether a text is as the pattern says.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| fits(rest, &text[at..]))
}
