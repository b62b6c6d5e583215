//! Texts of a query or a form as the values that their schemas mean.

use serde_json::{Map, Value};

use crate::document::Document;

impl Document {
    /// The value that a text has where this schema stands: a number or a boolean if the schema wants one, and a text
    /// otherwise.
    pub(crate) fn value(&self, schema: &Value, text: &str) -> Value {
        let mut types = Vec::new();
        self.types(schema, &mut types);
        let is = |wanted: &str| types.contains(&wanted);
        let read = if is("string") { None } else { serde_json::from_str::<Value>(text).ok() };
        match read {
            Some(number @ Value::Number(_)) if is("integer") || is("number") => number,
            Some(boolean @ Value::Bool(_)) if is("boolean") => boolean,
            _ => text.into(),
        }
    }

    /// The object that pairs of names and texts mean. A name that comes twice is an array.
    pub(crate) fn object(&self, schema: &Value, pairs: &[(String, String)]) -> Value {
        let mut object = Map::new();
        for (name, text) in pairs {
            let property = self.property(schema, name);
            let is_array = property.is_some_and(|schema| self.resolve(schema)["type"] == "array");
            let schema = property.map(|schema| if is_array { &self.resolve(schema)["items"] } else { schema });
            let value = schema.map_or_else(|| text.as_str().into(), |schema| self.value(schema, text));
            match object.get_mut(name) {
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
                None if is_array => drop(object.insert(name.clone(), Value::Array(vec![value]))),
                None => drop(object.insert(name.clone(), value)),
            }
        }
        object.into()
    }

    /// The schema of a property, wherever the parts of a schema name it.
    fn property<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        let own = schema["properties"].get(name);
        own.or_else(|| parts(schema).find_map(|part| self.property(part, name)))
    }

    fn types<'a>(&'a self, schema: &'a Value, found: &mut Vec<&'a str>) {
        let schema = self.resolve(schema);
        match &schema["type"] {
            Value::String(own) => found.push(own),
            Value::Array(own) => found.extend(own.iter().filter_map(Value::as_str)),
            _ => {}
        }
        parts(schema).for_each(|part| self.types(part, found));
    }
}

fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten()
}
