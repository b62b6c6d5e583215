//! Edits of JSON, wherever a field stands in it.

use serde_json::{Map, Value};

/// Lets `edit` change every object that has the field.
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

/// Takes the items out of every list whose field has a text that `hides` picks.
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
