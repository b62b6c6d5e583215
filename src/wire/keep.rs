//! Objects whose unknown fields are kept. `#[serde(flatten)]` would do it too, but it reads every field that is not
//! named twice: into a buffer first.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

use super::UnknownFields;

/// Reads a struct of the fields that are known; the other ones go to `extra`.
pub(crate) fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    extra: &mut UnknownFields,
) -> Result<T, D::Error> {
    T::deserialize(Keep { inner: deserializer, fields: &[], extra: &mut extra.0 })
}

/// Stands between a struct and its document, at each of the three steps of reading, and takes out what is not of
/// the struct.
struct Keep<'a, I> {
    inner: I,
    /// The names of the struct's own fields, once it has told them.
    fields: &'static [&'static str],
    extra: &'a mut Map<String, Value>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Keep<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        // Not `deserialize_struct`, which would take an array as well.
        self.inner.deserialize_map(Keep { inner: visitor, fields, extra: self.extra })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Keep<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Keep { inner: map, fields: self.fields, extra: self.extra })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Keep<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.inner.next_key_seed(Name)? {
            if let Some(at) = self.fields.iter().position(|&known| known == name) {
                // Its place among the fields says as much as its name, where no field has an alias.
                return seed.deserialize((at as u64).into_deserializer()).map(Some);
            }
            self.extra.insert(name.into_owned(), self.inner.next_value()?);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

/// A field's name, which is borrowed from the document where it can be.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: u32,
        y: Option<u32>,
    }

    fn read_json(text: &str) -> Result<(Point, Value), serde_json::Error> {
        let mut json = serde_json::Deserializer::from_str(text);
        let mut extra = UnknownFields::default();
        let point = read(&mut json, &mut extra)?;
        Ok((point, Value::Object(extra.0)))
    }

    #[test]
    fn what_is_not_named_is_kept_wherever_it_stands() {
        let text = r#"{"a": {"x": [1]}, "x": 1, "na\u006de": null, "y": 2, "b": 3.632860948069635e+233}"#;
        let (point, extra) = read_json(text).expect("a point");
        assert_eq!(point, Point { x: 1, y: Some(2) });
        assert_eq!(extra, json!({"a": {"x": [1]}, "name": null, "b": 3.632860948069635e+233}));
        assert_eq!(serde_json::to_string(&extra["b"]).expect("json"), "3.632860948069635e+233");
    }

    #[test]
    fn an_escaped_name_is_known_all_the_same() {
        assert_eq!(read_json(r#"{"\u0078": 3}"#).expect("a point").0, Point { x: 3, y: None });
    }

    #[test]
    fn what_is_no_such_object_is_refused() {
        for (text, fault) in [
            ("[1, 2]", "invalid type: sequence, expected struct Point"),
            ("{}", "missing field `x`"),
            (r#"{"x": 1, "x": 2}"#, "duplicate field `x`"),
            (r#"{"x": 1, "z": }"#, "expected value"),
        ] {
            let error = read_json(text).expect_err(text).to_string();
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn the_place_of_a_fault_is_known() {
        let mut json = serde_json::Deserializer::from_str(r#"{"z": 1, "x": "one"}"#);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
        read::<Point, _>(tracked, &mut UnknownFields::default()).expect_err("a text");
        assert_eq!(track.path().to_string(), "x");
    }
}
