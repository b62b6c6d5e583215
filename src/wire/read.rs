//! Reads objects, and keeps their unknown fields. What a derived `Deserialize` with `#[serde(flatten)]` does too, but
//! that reads each unknown field into a buffer first, and compiles to ten times as much code for each model.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

use super::UnknownFields;

/// An object that can be read. The macros implement it.
pub(crate) trait Object: Default {
    /// Its name in errors.
    const NAME: &'static str;
    /// The names of its fields on the wire, at most 64; first those that must be there.
    const FIELDS: &'static [&'static str];
    /// How many of them must be there.
    const REQUIRED: usize;

    /// Reads the value of the field at this place.
    fn read<'de, A: MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error>;

    /// Where unknown fields go.
    fn extra(&mut self) -> &mut UnknownFields;
}

/// Reads an object.
pub(crate) fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    // Not `deserialize_struct`, which would take an array as well.
    deserializer.deserialize_map(Fill(&mut object))?;
    Ok(object)
}

/// Reads the value of a field.
pub(crate) fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(field: &mut T, map: &mut A) -> Result<(), A::Error> {
    *field = map.next_value()?;
    Ok(())
}

/// Reads the value of a field that may be of another form than documented, and then stays as it is among the
/// unknown fields.
pub(crate) fn lenient<'de, T: FromJson, A: MapAccess<'de>>(
    field: &mut Option<T>,
    name: &str,
    extra: &mut UnknownFields,
    map: &mut A,
) -> Result<(), A::Error> {
    match T::from_json(map.next_value()?) {
        Ok(value) => *field = Some(value),
        Err(value) => drop(extra.0.insert(name.to_owned(), value)),
    }
    Ok(())
}

/// Passes over the value of a field.
pub(crate) fn ignore<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// What a field of whatever form can be read as.
pub(crate) trait FromJson: Sized {
    /// Takes a value of the right form, and gives any other one back.
    fn from_json(value: Value) -> Result<Self, Value>;
}

impl FromJson for String {
    fn from_json(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }
}

/// Fills an object in its place, since moving a large one costs more than reading it.
struct Fill<'a, T>(&'a mut T);

impl<'de, T: Object> Visitor<'de> for Fill<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("struct ")?;
        f.write_str(T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        const { assert!(T::FIELDS.len() <= 64, "`seen` has a bit for each field") }
        let mut fields = Fields { names: T::FIELDS, seen: 0, expected: 0 };
        while let Some(at) = fields.next(&mut map, self.0.extra())? {
            self.0.read(at, &mut map)?;
        }
        fields.end(T::REQUIRED)
    }
}

/// The fields of an object that is being read.
struct Fields {
    names: &'static [&'static str],
    /// Which fields were there: a bit for each.
    seen: u64,
    /// The field that follows the last one: services write fields in the order of their documents.
    expected: usize,
}

impl Fields {
    /// Goes on to the next known field, keeping what stands before it.
    fn next<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        extra: &mut UnknownFields,
    ) -> Result<Option<usize>, A::Error> {
        while let Some(key) = map.next_key_seed(&*self)? {
            match key {
                Key::Known(at) => return self.take(at).map(Some),
                Key::Unknown(name) => drop(extra.0.insert(name, map.next_value()?)),
            }
        }
        Ok(None)
    }

    fn take<E: de::Error>(&mut self, at: usize) -> Result<usize, E> {
        let bit = 1 << at;
        if self.seen & bit != 0 {
            return Err(E::duplicate_field(self.names[at]));
        }
        self.seen |= bit;
        self.expected = at + 1;
        Ok(at)
    }

    fn end<E: de::Error>(&self, required: usize) -> Result<(), E> {
        let missing = self.seen.trailing_ones() as usize;
        if missing < required { Err(E::missing_field(self.names[missing])) } else { Ok(()) }
    }
}

enum Key {
    Known(usize),
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for &Fields {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for &Fields {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let (before, after) = self.names.split_at(self.expected);
        let at = match after.iter().position(|&known| known == name) {
            Some(at) => Some(self.expected + at),
            None => before.iter().position(|&known| known == name),
        };
        Ok(at.map_or_else(|| Key::Unknown(name.to_owned()), Key::Known))
    }
}
