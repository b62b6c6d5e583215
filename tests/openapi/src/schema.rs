//! The schemas of OpenAPI 3.0 as JSON Schema.

use serde_json::{Map, Value, json};

/// Turns every schema of a document into JSON Schema.
pub(crate) fn convert(root: &mut Value) {
    let old = root["openapi"].as_str().expect("a version").starts_with("3.0");
    walk(root, old);
}

fn walk(value: &mut Value, old: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, old)),
        Value::Object(object) => {
            for (key, inner) in object.iter_mut() {
                match (key.as_str(), inner) {
                    // Names of properties are no keywords, and values no schemas.
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().for_each(|schema| walk(schema, old));
                    }
                    ("enum" | "const" | "default", _) => {}
                    (_, inner) => walk(inner, old),
                }
            }
            by_discriminator(object);
            if old {
                bounds(object);
                nullable(object);
            }
        }
        _ => {}
    }
}

/// One of several schemas by the value of a property: so that a failure says what is wrong with the one that is meant.
fn by_discriminator(schema: &mut Map<String, Value>) {
    let Some(discriminator) = schema.remove("discriminator") else { return };
    let Some(mapping) = discriminator["mapping"].as_object() else { return };
    schema.remove("oneOf");
    schema.remove("anyOf");
    let name = &discriminator["propertyName"];
    let is = |value: &String| json!({"properties": {name.as_str().unwrap_or_default(): {"const": value}}});
    let each = mapping.iter().map(|(value, reference)| json!({"if": is(value), "then": {"$ref": reference}}));
    schema.insert("allOf".into(), each.collect());
    let values: Vec<_> = mapping.keys().collect();
    schema.insert("required".into(), json!([name]));
    schema.insert("properties".into(), json!({name.as_str().unwrap_or_default(): {"enum": values}}));
}

/// `"exclusiveMinimum": true` beside a minimum is the exclusive minimum.
fn bounds(schema: &mut Map<String, Value>) {
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match schema.get(exclusive) {
            Some(Value::Bool(true)) => {
                let limit = schema.remove(bound).unwrap_or_default();
                schema.insert(exclusive.into(), limit);
            }
            Some(Value::Bool(false)) => drop(schema.remove(exclusive)),
            _ => {}
        }
    }
}

/// A schema that also allows null.
fn nullable(schema: &mut Map<String, Value>) {
    if schema.remove("nullable") != Some(Value::Bool(true)) {
        return;
    }
    let schema_without = Value::Object(std::mem::take(schema));
    schema.insert("anyOf".into(), json!([schema_without, {"type": "null"}]));
}
