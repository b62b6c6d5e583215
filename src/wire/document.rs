//! Reads a JSON document, and tells where in it a fault is. `serde_path_to_error` tells the same, but keeps a copy of
//! every key, so documents had to be read without it and faulty ones again with it: every model was compiled twice.
//! Here the path is put together while an error makes its way out, which costs a reading without one next to nothing.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{de, forward_to_deserialize_any};
use serde_json::Value;

use super::secret::{is_headers, is_secret};

/// What is wrong with a document, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Such as `[3].server.timeoutSeconds`; `.` is the whole document.
    pub(crate) path: String,
    pub(crate) error: serde_json::Error,
}

impl Fault {
    /// If the body is no text, the fault in the words for its bytes.
    fn in_words_for(self, body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Err(error) if !self.error.is_data() && std::str::from_utf8(body).is_err() => Self { error, ..self },
            _ => self,
        }
    }

    /// The error without its line and column, which mean nothing outside of the text that was read.
    pub(crate) fn into_text(self) -> String {
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
pub(crate) fn from_value<T: DeserializeOwned, E: de::Error>(value: Value) -> Result<T, E> {
    read_text(&written(value)).map_err(|fault| E::custom(fault.into_text()))
}

fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let mut path = Path::default();
    match T::deserialize(Tracked { inner: &mut serde_json::Deserializer::from_str(text), path: &mut path }) {
        Ok(read) => Ok(read),
        Err(error) => Err(path.fault(error)),
    }
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

/// The path as far as it is known: its inner end, as an error makes its way out.
#[derive(Default)]
struct Path {
    text: String,
    /// Whether it leads through a field that holds a secret.
    secret: bool,
}

/// One step further in.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

impl Path {
    #[cold]
    fn push(&mut self, step: Step<'_>) {
        let inner = &self.text;
        self.text = match step {
            Step::Field(name) => {
                self.secret |= is_secret(name) || is_headers(name);
                format!(".{name}{inner}")
            }
            Step::Item(index) => format!("[{index}]{inner}"),
        };
    }

    #[cold]
    fn fault(self, error: serde_json::Error) -> Fault {
        let path = match self.text.strip_prefix('.') {
            Some(path) => path.to_owned(),
            None if self.text.is_empty() => ".".to_owned(),
            None => self.text,
        };
        Fault { path, error: if self.secret && error.is_data() { hidden(&error) } else { error } }
    }
}

/// An error without the value that it is about.
#[cold]
fn hidden(error: &serde_json::Error) -> serde_json::Error {
    let text = error.to_string();
    let expected = text.rfind(", expected ").map_or("", |at| &text[at..]);
    de::Error::custom(format!("invalid value: [redacted]{expected}"))
}

/// Stands between a model and its document at each step that leads further in.
struct Tracked<'p, I> {
    inner: I,
    path: &'p mut Path,
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)+) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* visitor)
        }
    )+};
}

macro_rules! track {
    ($($method:ident($($argument:ident: $type:ty),*);)+) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* Tracked { inner: visitor, path: self.path })
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = D::Error;

    track! {
        deserialize_any();
        deserialize_option();
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
    }

    // Nothing lies within these.
    forward! {
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

macro_rules! visit {
    ($($method:ident($type:ty);)+) => {$(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracked<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    // What a JSON document is made of.
    visit! {
        visit_bool(bool);
        visit_i64(i64);
        visit_u64(u64);
        visit_f64(f64);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Tracked { inner: deserializer, path: self.path })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Tracked { inner: deserializer, path: self.path })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Items { inner: items, index: 0, path: self.path })
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Fields { inner: fields, name: Cow::Borrowed(""), path: self.path })
    }
}

/// What is read a step further in.
struct Inner<'p, S> {
    seed: S,
    step: Step<'p>,
    path: &'p mut Path,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Inner<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let read = self.seed.deserialize(Tracked { inner: deserializer, path: &mut *self.path });
        if read.is_err() {
            self.path.push(self.step);
        }
        read
    }
}

struct Items<'p, A> {
    inner: A,
    index: usize,
    path: &'p mut Path,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let step = Step::Item(self.index);
        self.index += 1;
        self.inner.next_element_seed(Inner { seed, step, path: &mut *self.path })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Fields<'p, 'de, A> {
    inner: A,
    /// The name of the field whose value comes next.
    name: Cow<'de, str>,
    path: &'p mut Path,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.inner.next_key_seed(Name) {
            Ok(Some(name)) => self.name = name,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.path.push(Step::Field("?"));
                return Err(error);
            }
        }
        seed.deserialize(Key(&self.name, PhantomData)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Inner { seed, step: Step::Field(&self.name), path: &mut *self.path })
    }
}

/// Reads a name, which is borrowed from the document where it can be.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// A name that has been read.
struct Key<'a, 'de, E>(&'a Cow<'de, str>, PhantomData<E>);

macro_rules! parsed {
    ($($method:ident $visit:ident;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => self.deserialize_any(visitor),
            }
        }
    )+};
}

impl<'de, E: serde::de::Error> Deserializer<'de> for Key<'_, 'de, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.0 {
            Cow::Borrowed(name) => visitor.visit_borrowed_str(name),
            Cow::Owned(name) => visitor.visit_str(name),
        }
    }

    // The keys of a map of the user's own may be other than text, as `serde_json` reads them.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_enum(StrDeserializer::new(self.0))
    }

    parsed! {
        deserialize_bool visit_bool;
        deserialize_i8 visit_i8;
        deserialize_i16 visit_i16;
        deserialize_i32 visit_i32;
        deserialize_i64 visit_i64;
        deserialize_i128 visit_i128;
        deserialize_u8 visit_u8;
        deserialize_u16 visit_u16;
        deserialize_u32 visit_u32;
        deserialize_u64 visit_u64;
        deserialize_u128 visit_u128;
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
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
