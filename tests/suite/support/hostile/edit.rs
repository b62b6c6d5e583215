//! Edits of JSON, at any depth.

use serde_json::{Map, Value};

/// Applies `edit` to every object that has the field.
pub(crate) fn objects(body: &mut Value, field: &str, edit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| objects(item, field, edit)),
        Value::Object(object) => {
            // The inner ones first: what is put into an object may have the field as well.
            object.values_mut().for_each(|value| objects(value, field, edit));
            if object.contains_key(field) {
                edit(object);
            }
        }
        _ => {}
    }
}

/// Removes the items whose field has a text that `hides` selects from every list; the field may also be a list of texts,
/// of a plural name.
pub(crate) fn hide(body: &mut Value, field: &str, hides: &dyn Fn(&str) -> bool) {
    match body {
        Value::Array(items) => {
            let one_of = |item: &Value| item[format!("{field}s")].as_array().cloned().unwrap_or_default();
            let is_hidden = |item: &Value| {
                let texts = one_of(item).into_iter().chain([item[field].clone()]);
                texts.into_iter().any(|text| text.as_str().is_some_and(hides))
            };
            items.retain(|item| !is_hidden(item));
            items.iter_mut().for_each(|item| hide(item, field, hides));
        }
        Value::Object(object) => object.values_mut().for_each(|value| hide(value, field, hides)),
        _ => {}
    }
}
