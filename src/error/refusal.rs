use std::fmt;

use crate::model::{Shown, word};

/// A response that refuses a call, in the service's own words.
///
/// ```
/// use numport::error::Refusal;
///
/// let refusal = Refusal::new("no such agent");
/// assert_eq!(refusal.messages, ["no such agent"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The service's own code, with secrets redacted.
    pub code: Option<String>,
    /// Its messages, with secrets redacted: at most [`Refusal::MAX_MESSAGES`], each of at most
    /// [`Refusal::MAX_MESSAGE`] characters. Line breaks, escapes and marks of direction are escaped.
    pub messages: Vec<String>,
    /// How many more messages there were.
    pub omitted: usize,
    /// The body as text, with secrets redacted, up to [`Refusal::MAX_BODY`] bytes. It is not escaped.
    pub body: String,
}

impl Refusal {
    /// Returns a refusal with this message, for platforms of your own.
    pub fn new(message: impl Into<String>) -> Self {
        Self { code: None, messages: vec![message.into()], omitted: 0, body: String::new() }
    }

    pub(super) const fn message(text: &str) -> Shown<'_> {
        Shown { text, max: Self::MAX_MESSAGE }
    }

    /// Maximum number of messages that are kept.
    pub const MAX_MESSAGES: usize = 10;

    /// Maximum length of a message that is kept, in characters. One that is cut off ends with `…`.
    pub const MAX_MESSAGE: usize = 500;

    /// Maximum length of the body that is kept, in bytes.
    pub const MAX_BODY: usize = 8 * 1024;
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, "code {}: ", word(code))?;
        }
        match (self.messages.is_empty(), self.body.is_empty()) {
            (false, _) => {
                for (at, message) in self.messages.iter().take(Self::MAX_MESSAGES).enumerate() {
                    write!(f, "{}{}", if at == 0 { "" } else { "; " }, Self::message(message))?;
                }
                match self.omitted.saturating_add(self.messages.len().saturating_sub(Self::MAX_MESSAGES)) {
                    0 => Ok(()),
                    more => write!(f, "; … and {more} more"),
                }
            }
            (true, true) => f.write_str("the response has no text"),
            // Plivo answers a wrong key with a sentence, for example.
            (true, false) if is_sentence(&self.body) => Self::message(self.body.trim()).fmt(f),
            (true, false) => {
                write!(f, "the response has no readable message ({} bytes of text)", self.body.len())
            }
        }
    }
}

/// Whether a body is a short text for people, and not HTML, XML or JSON.
fn is_sentence(body: &str) -> bool {
    let body = body.trim();
    body.len() <= Refusal::MAX_MESSAGE && body.contains(' ') && !body.contains(['<', '{', '[', '\0'])
}
