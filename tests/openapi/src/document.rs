//! A document, and the operation in it that a request is for.

use std::path::Path;

use serde_json::{Map, Value};

use crate::request::Request;
use crate::schema;

/// The requests that a service documents.
#[derive(Debug)]
pub struct Document {
    /// With its schemas as JSON Schema.
    pub(crate) root: Value,
}

/// What a service documents of requests with one method and one path.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    pub(crate) name: String,
    pub(crate) parameters: Vec<&'a Value>,
    /// The values in the path, by their names in the template.
    pub(crate) in_path: Vec<(&'a str, &'a str)>,
    pub(crate) content: Option<&'a Map<String, Value>>,
    pub(crate) body_is_required: bool,
}

impl Document {
    /// Reads the document of a service.
    pub fn of(service: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{service}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::new(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Takes a document in OpenAPI 3.0, whose schemas it turns into JSON Schema, or 3.1, whose schemas are that.
    pub fn new(mut root: Value) -> Self {
        schema::convert(&mut root);
        Self { root }
    }

    /// Returns the names of all operations, for example `GET /numbers/{id}`.
    pub fn operations(&self) -> Vec<String> {
        let methods =
            |item: &Value| ["get", "put", "post", "patch", "delete"].map(|method| item.get(method).map(|_| method));
        let paths = self.root["paths"].as_object().expect("paths");
        let named = |(path, item)| {
            methods(item).into_iter().flatten().map(move |method| format!("{} {path}", method.to_uppercase()))
        };
        paths.iter().flat_map(named).collect()
    }

    /// Follows a reference, if this is one.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else { return value };
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        self.resolve(self.root.pointer(pointer).unwrap_or_else(|| panic!("nothing at {reference}")))
    }

    /// Finds the operation of a request: of several templates that match its path, the one with the fewest variables.
    pub(crate) fn operation<'a>(&'a self, request: &'a Request) -> Option<Operation<'a>> {
        let paths = self.root["paths"].as_object().expect("paths");
        let matching =
            paths.iter().filter_map(|(template, item)| Some((template, item, variables(template, &request.path)?)));
        let (template, item, in_path) = matching.min_by_key(|(.., variables)| variables.len())?;
        let operation = item.get(request.method.to_lowercase())?;
        let of = |value: &'a Value| value["parameters"].as_array().into_iter().flatten();
        let body = &operation["requestBody"];
        Some(Operation {
            name: format!("{} {template}", request.method),
            parameters: of(item).chain(of(operation)).map(|parameter| self.resolve(parameter)).collect(),
            in_path,
            content: body["content"].as_object(),
            body_is_required: body["required"] == true,
        })
    }
}

/// The values of a template's variables in a path, if the path matches. A variable is all of a segment, or all but a
/// literal end.
fn variables<'a>(template: &'a str, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        let (wanted, segment) = match (template.next(), path.next()) {
            (None, None) => return Some(found),
            (wanted, segment) => (wanted?, segment?),
        };
        if let Some((name, end)) = wanted.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            found.push((name, segment.strip_suffix(end).filter(|value| !value.is_empty())?));
        } else if wanted != segment {
            return None;
        }
    }
}
