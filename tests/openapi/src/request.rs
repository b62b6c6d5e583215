//! A request, and where it is not as documented.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::document::{Document, Operation};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// The fields of the body, if it is a form.
    pub form: Option<Vec<(String, String)>>,
}

/// Splits a query or a form into its names and values.
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

impl Document {
    /// Returns the operation that a request is for, and everything about the request that the document does not allow.
    pub fn check(&self, request: &Request) -> (String, Vec<String>) {
        let Some(operation) = self.operation(request) else {
            return (format!("{} {}", request.method, request.path), vec!["is not documented".into()]);
        };
        let mut wrong = Vec::new();
        for (name, text) in &operation.in_path {
            if let Some(parameter) = operation.parameter("path", name) {
                let value = self.value(&parameter["schema"], text);
                self.validate(&format!("path {name}"), &parameter["schema"], &value, &mut wrong);
            }
        }
        self.check_query(&operation, request.query.as_deref().unwrap_or_default(), &mut wrong);
        self.check_body(&operation, request, &mut wrong);
        (operation.name, wrong)
    }

    fn check_query(&self, operation: &Operation<'_>, query: &str, wrong: &mut Vec<String>) {
        // What was sent of each parameter.
        let mut sent: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for (name, text) in pairs(query) {
            let whole = operation.parameter("query", &name);
            let deep = || operation.parameter("query", name.split_once('[')?.0);
            match whole.or_else(deep).and_then(|parameter| parameter["name"].as_str()) {
                Some(known) => sent.entry(known).or_default().push((name, text)),
                None => wrong.push(format!("query {name}: is unknown")),
            }
        }
        for parameter in operation.parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let (name, schema) = (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"]);
            let Some(values) = sent.remove(name) else {
                if parameter["required"] == true {
                    wrong.push(format!("query {name}: is required"));
                }
                continue;
            };
            let place = format!("query {name}");
            if parameter["style"] == "deepObject" {
                // `object[name]` is the property `name`.
                let property = |key: &str| key[name.len()..].trim_matches(['[', ']']).to_owned();
                let values: Vec<_> = values.into_iter().map(|(key, text)| (property(&key), text)).collect();
                self.validate_closed(&place, schema, &self.object(schema, &values), wrong);
            } else {
                let value = self.object(&json!({"properties": {name: schema}}), &values)[name].take();
                self.validate(&place, schema, &value, wrong);
            }
        }
    }

    fn check_body(&self, operation: &Operation<'_>, request: &Request, wrong: &mut Vec<String>) {
        let sent = match (&request.body, &request.form) {
            (Some(_), _) => JSON,
            (None, Some(_)) => FORM,
            (None, None) if operation.body_is_required => return wrong.push("body: is required".into()),
            (None, None) => return,
        };
        let Some(content) = operation.content.and_then(|content| content.get(sent)) else {
            return wrong.push(format!("body: {sent} is not documented"));
        };
        let schema = &content["schema"];
        let value = match (&request.body, &request.form) {
            (None, Some(form)) => self.object(schema, form),
            (body, _) => body.clone().unwrap_or_default(),
        };
        self.validate_closed("body", schema, &value, wrong);
    }

    /// Validates an object that has nothing but what the schema names. Documents rarely say so, and a client has no reason
    /// to send anything else.
    fn validate_closed(&self, place: &str, schema: &Value, value: &Value, wrong: &mut Vec<String>) {
        let before = wrong.len();
        self.validate(place, schema, value, wrong);
        // Properties whose own schemas fail would be named a second time.
        if wrong.len() == before {
            self.validate(place, &json!({"allOf": [schema], "unevaluatedProperties": false}), value, wrong);
        }
    }

    fn validate(&self, place: &str, schema: &Value, value: &Value, wrong: &mut Vec<String>) {
        // References lead to the components of the root.
        let mut root = schema.clone();
        root["components"] = self.root["components"].clone();
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&root)
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        wrong.extend(validator.iter_errors(value).map(|error| format!("{place}{}: {error}", error.instance_path())));
    }
}

impl Operation<'_> {
    fn parameter(&self, place: &str, name: &str) -> Option<&Value> {
        self.parameters.iter().copied().find(|parameter| parameter["in"] == place && parameter["name"] == name)
    }
}
