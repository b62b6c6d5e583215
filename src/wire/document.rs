//! Reads a JSON document, and finds the path of an error. `serde_path_to_error` does the same, but wraps every read and is
//! compiled for each model. Here an error has its position, and only then the text is read again for the path to it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::secret::{is_headers, is_secret};

/// An error in a document, and its path.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Such as `[3].server.timeoutSeconds`; `.` is the whole document.
    pub(crate) path: String,
    pub(crate) error: serde_json::Error,
}

impl Fault {
    #[cold]
    fn new(text: &str, error: serde_json::Error) -> Self {
        let Place { path, secret, .. } = place(text, &error);
        let path = path.strip_prefix('.').unwrap_or(&path);
        let path = if path.is_empty() { "." } else { path }.to_owned();
        Self { path, error: if secret && error.is_data() { hidden(&error) } else { error } }
    }

    /// The error of the bytes, if the body is not text.
    fn in_words_for(self, body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Err(error) if !self.error.is_data() && std::str::from_utf8(body).is_err() => Self { error, ..self },
            _ => self,
        }
    }

    /// The error without its line and column, which mean nothing outside of the text that was read.
    fn into_text(self) -> String {
        let mut text = self.error.to_string();
        let position = format!(" at line {} column {}", self.error.line(), self.error.column());
        if text.ends_with(&position) {
            text.truncate(text.len() - position.len());
        }
        if self.path == "." { text } else { format!("{}: {text}", self.path) }
    }
}

/// Reads the document that a body begins with.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    read_text(&text(body)).map_err(|fault| fault.in_words_for(body))
}

/// Reads what was taken from a document as a model. It is read from text again, so that each model has one reader; a
/// fault states its path within the value in its text.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    read_text(&written(value)).map_err(Fault::into_text)
}

fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    T::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(|error| Fault::new(text, error))
}

// What needs no type stands by itself, so that it is compiled once.

fn written(value: Value) -> String {
    value.to_string()
}

/// The body as text: one look at the whole of it is cheaper than one at each string in it. What is no UTF-8 becomes
/// escapes that no string can hold, and that are passed over where nobody reads them: halves of surrogate pairs, so many
/// that neither a backslash before them nor another half after them makes text of all.
fn text(body: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let invalid = |bytes: &[u8]| if bytes.is_empty() { "" } else { r"\ud800\ud800\ud800" };
            body.utf8_chunks().flat_map(|chunk| [chunk.valid(), invalid(chunk.invalid())]).collect()
        }
    }
}

/// An error without the value that it is about.
fn hidden(error: &serde_json::Error) -> serde_json::Error {
    let text = error.to_string();
    let expected = text.rfind(", expected ").map_or("", |at| &text[at..]);
    de::Error::custom(format!("invalid value: [redacted]{expected}"))
}

/// Where an error is.
#[derive(Default)]
struct Place {
    /// The path to there, with a dot before each name.
    path: String,
    /// Whether it leads through a field that holds a secret, or may have begun at one.
    secret: bool,
    /// Whether the path to the value that was walked through last does.
    last_secret: bool,
}

/// Text that is no JSON stops the walk where it stopped the reader. A value that a model does not take does not, so the
/// text is cut off where the reader was, and goes on with what no JSON does.
fn place(text: &str, error: &serde_json::Error) -> Place {
    let lines = text.split_inclusive('\n').map(str::len);
    let end = lines.take(error.line().saturating_sub(1)).sum::<usize>() + error.column();
    let text = match text.split_at_checked(end) {
        Some((read, rest)) if error.is_data() => Cow::Owned(format!("{}@", at_value(read, rest))),
        _ => Cow::Borrowed(text),
    };
    let mut place = Place::default();
    let walk = Walk { place: &mut place, after_value: error.is_data() };
    // It ends at the fault, or behind the whole document when the fault is of that. Behind a comma the fault may be of
    // the value before.
    let ended = serde_json::Deserializer::from_str(&text).deserialize_any(walk).is_ok();
    if ended || text.trim_end_matches('@').trim_ascii_end().ends_with(',') {
        place.secret |= place.last_secret;
    }
    place.secret &= !names_a_field(error);
    place
}

/// Whether all that an error tells is which field is missing, or there twice. What only begins so may go on with what
/// the document says: a fault within a union begins with the names of its fields.
fn names_a_field(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    let named = ["missing field `", "duplicate field `"].iter().find_map(|fault| text.strip_prefix(fault));
    let Some((name, rest)) = named.and_then(|named| named.split_once('`')) else { return false };
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name && rest == format!(" at line {} column {}", error.line(), error.column())
}

/// The text before a value of which the bracket alone was read, or behind one whose comma was read as well, or else the
/// whole of it. What follows may be another bracket: then the value that it opens is taken to be the one at fault.
fn at_value<'a>(read: &'a str, rest: &str) -> &'a str {
    let opened = read.trim_ascii_end().strip_suffix(['[', '{', ',']);
    opened.filter(|_| !rest.trim_ascii_start().starts_with(['[', '{'])).unwrap_or(read)
}

/// Walks through a value. The path is put together as an error makes its way out.
struct Walk<'p> {
    place: &'p mut Place,
    /// Whether an error behind a value is about that value, or about the last one in it.
    after_value: bool,
}

/// One step further in.
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

impl Step<'_> {
    const fn is_secret(&self) -> bool {
        matches!(self, Self::Field(name) if is_secret(name) || is_headers(name))
    }
}

impl Walk<'_> {
    fn again(&mut self) -> Walk<'_> {
        Walk { place: &mut *self.place, after_value: self.after_value }
    }

    fn push(&mut self, step: &Step<'_>) {
        self.place.secret |= step.is_secret();
        let step = match step {
            Step::Field(name) => format!(".{name}"),
            Step::Item(index) => format!("[{index}]"),
        };
        self.place.path.insert_str(0, &step);
    }

    fn push_last(&mut self, step: &Step<'_>) {
        self.place.secret |= self.place.last_secret;
        self.push(step);
    }

    fn pass<E>(self) -> Result<(), E> {
        self.place.last_secret = false;
        Ok(())
    }
}

/// What is a step further in.
struct Inner<'a>(Walk<'a>, Step<'a>);

impl<'de> DeserializeSeed<'de> for Inner<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        let walked = deserializer.deserialize_any(self.0.again());
        match walked {
            Ok(()) => self.0.place.last_secret |= self.1.is_secret(),
            Err(_) => self.0.push(&self.1),
        }
        walked
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.pass()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.pass()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.pass()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.pass()
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.pass()
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.pass()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.place.last_secret = false;
        let mut index = 0;
        loop {
            match items.next_element_seed(Inner(self.again(), Step::Item(index))) {
                Ok(Some(())) => index += 1,
                Ok(None) => return Ok(()),
                Err(error) => {
                    // Not within the item that comes next.
                    if self.place.path.is_empty() && self.after_value && index > 0 {
                        self.push_last(&Step::Item(index - 1));
                    }
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.place.last_secret = false;
        let mut last = None;
        loop {
            match fields.next_key::<String>() {
                Ok(Some(name)) => {
                    fields.next_value_seed(Inner(self.again(), Step::Field(&name)))?;
                    last = Some(name);
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    match last.filter(|_| self.after_value) {
                        Some(name) => self.push_last(&Step::Field(&name)),
                        None => self.push(&Step::Field("?")),
                    }
                    return Err(error);
                }
            }
        }
    }
}

#[cfg(all(
    test,
    feature = "butter",
    feature = "interactly",
    feature = "signalwire",
    feature = "twilio",
    feature = "vapi"
))]
#[path = "document_tests.rs"]
mod tests;
