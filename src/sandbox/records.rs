//! The objects that a service stores, with an index.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

/// An object that a service stores.
pub(super) type Object = Map<String, Value>;

/// The number of bytes in each entry of the index.
const GRAM: usize = 4;

/// The objects, oldest first.
#[derive(Debug)]
pub(super) struct Records {
    /// The field with the unique id.
    id: &'static str,
    /// The fields with an index for a search by a part of their text.
    searched: &'static [&'static str],
    all: BTreeMap<u64, Object>,
    next: u64,
    by_id: HashMap<String, u64>,
    /// The objects that have, or had, these bytes in a searched field.
    grams: HashMap<[u8; GRAM], BTreeSet<u64>>,
}

impl Records {
    pub(super) fn new(id: &'static str, searched: &'static [&'static str]) -> Self {
        Self { id, searched, all: BTreeMap::new(), next: 0, by_id: HashMap::new(), grams: HashMap::new() }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> {
        self.all.values()
    }

    /// The objects older and newer than the one with this id.
    pub(super) fn beside<'r>(
        &'r self,
        id: &str,
    ) -> Option<(
        impl DoubleEndedIterator<Item = &'r Object> + use<'r>,
        impl DoubleEndedIterator<Item = &'r Object> + use<'r>,
    )> {
        let at = *self.by_id.get(id)?;
        let values = |(_, object)| object;
        Some((self.all.range(..at).map(values), self.all.range(at + 1..).map(values)))
    }

    pub(super) fn get(&self, id: &str) -> Option<&Object> {
        self.all.get(self.by_id.get(id)?)
    }

    /// Returns an object to change fields that are not searched.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Object> {
        self.all.get_mut(self.by_id.get(id)?)
    }

    /// Adds an object, or changes the one that has its id.
    pub(super) fn put(&mut self, object: Object) {
        let Some(id) = text(&object, self.id) else { return };
        let at = *self.by_id.entry(id.to_owned()).or_insert(self.next);
        self.next = self.next.max(at + 1);
        for text in self.searched.iter().filter_map(|field| text(&object, field)) {
            let text = text.to_lowercase();
            for gram in text.as_bytes().windows(GRAM).filter_map(|gram| gram.try_into().ok()) {
                self.grams.entry(gram).or_default().insert(at);
            }
        }
        self.all.insert(at, object);
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Object> {
        self.all.remove(&self.by_id.remove(id)?)
    }

    /// The objects that may contain this text in a searched field, in upper or lower case. May return others too.
    pub(super) fn near(&self, part: &str) -> Vec<&Object> {
        let part = part.to_lowercase();
        let places = part.as_bytes().windows(GRAM).map(|gram| self.grams.get(gram));
        match places.min_by_key(|places| places.map_or(0, BTreeSet::len)) {
            None => self.iter().collect(),
            Some(rarest) => rarest.into_iter().flatten().filter_map(|at| self.all.get(at)).collect(),
        }
    }
}

/// The fields of an object that is given as JSON.
pub(super) fn fields(object: Value) -> Object {
    match object {
        Value::Object(fields) => fields,
        _ => Object::new(),
    }
}

/// The text of a field.
pub(super) fn text<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str)
}

pub(super) fn set(object: &mut Object, field: &str, value: impl Into<Value>) {
    object.insert(field.to_owned(), value.into());
}

/// The given fields of an object, null if they are missing.
pub(super) fn picked(object: &Object, fields: &[&str]) -> Object {
    let value = |field: &str| object.get(field).cloned().unwrap_or_default();
    fields.iter().map(|&field| (field.to_owned(), value(field))).collect()
}
