//! Edits of JSON, at any depth.

use serde_json::{Map, Value};

/// Applies `edit` to every object that has the field.
pub(crate) fn objects(body: &mut Value, field: &str, edit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| objects(item, field, edit)),
        Value::Object(object) => {
            if object.contains_key(field) {
                edit(object);
            }
            object.values_mut().for_each(|value| objects(value, field, edit));
        }
        _ => {}
    }
}

/// Removes the items whose field has a text that `hides` selects from every list.
pub(crate) fn hide(body: &mut Value, field: &str, hides: &dyn Fn(&str) -> bool) {
    match body {
        Value::Array(items) => {
            items.retain(|item| !item[field].as_str().is_some_and(hides));
            items.iter_mut().for_each(|item| hide(item, field, hides));
        }
        Value::Object(object) => object.values_mut().for_each(|value| hide(value, field, hides)),
        _ => {}
    }
}
