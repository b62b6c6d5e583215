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

/// Removes the items that `hides` selects from every list.
pub(crate) fn hide(body: &mut Value, hides: &dyn Fn(&Value) -> bool) {
    match body {
        Value::Array(items) => {
            items.retain(|item| !hides(item));
            items.iter_mut().for_each(|item| hide(item, hides));
        }
        Value::Object(object) => object.values_mut().for_each(|value| hide(value, hides)),
        _ => {}
    }
}
