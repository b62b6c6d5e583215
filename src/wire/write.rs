//! Writes objects: each field by its name, and unknown fields as they were received.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Patch, UnknownFields};

/// An object that can be written. The macros implement it.
pub(crate) trait Object {
    /// Writes its fields into an object that is under way.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// A value that can be written: whatever serde writes, and a secret, which it does not.
pub(crate) trait ToWire {
    /// Whether it must not be seen.
    const SECRET: bool = false;

    /// Writes it.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl<T: Serialize> ToWire for T {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}

/// A value on its way to serde.
struct Written<'a, T>(&'a T);

impl<T: ToWire> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Writes an object.
pub(crate) fn object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.write(&mut map)?;
    map.end()
}

/// Writes an object, and its kind before it.
pub(crate) fn tagged<T: Object, S: Serializer>(
    tag: &'static str,
    kind: &'static str,
    object: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry(tag, kind)?;
    object.write(&mut map)?;
    map.end()
}

/// Writes a field.
pub(crate) fn value<T: ToWire, M: SerializeMap>(map: &mut M, name: &'static str, value: &T) -> Result<(), M::Error> {
    map.serialize_entry(name, &Written(value))
}

/// Writes a field, or leaves it out.
pub(crate) fn optional<T: ToWire, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &Option<T>,
) -> Result<(), M::Error> {
    match field {
        Some(set) => value(map, name, set),
        None => Ok(()),
    }
}

/// Writes a field, or `null`.
pub(crate) fn nullable<T: ToWire, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &Option<T>,
) -> Result<(), M::Error> {
    match field {
        Some(set) => value(map, name, set),
        None => map.serialize_entry(name, &()),
    }
}

/// Writes what becomes of a text that is cleared by an empty one, or leaves it out.
pub(crate) fn emptied<T: ToWire, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &Patch<T>,
) -> Result<(), M::Error> {
    match field {
        Patch::Clear => map.serialize_entry(name, ""),
        kept_or_set => patch(map, name, kept_or_set),
    }
}

/// Writes what becomes of a field, or leaves it out.
pub(crate) fn patch<T: ToWire, M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    field: &Patch<T>,
) -> Result<(), M::Error> {
    match field {
        Patch::Keep => Ok(()),
        Patch::Clear => map.serialize_entry(name, &()),
        Patch::Set(set) => value(map, name, set),
    }
}

/// Writes the unknown fields. A known field that came in another form is one of them, unless it was `set` since.
pub(crate) fn extra<M: SerializeMap>(
    map: &mut M,
    extra: &UnknownFields,
    set: &[(&'static str, bool)],
) -> Result<(), M::Error> {
    for (name, value) in &extra.0 {
        if !set.contains(&(name.as_str(), true)) {
            map.serialize_entry(name, value)?;
        }
    }
    Ok(())
}
