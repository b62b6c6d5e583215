//! The golden requests, to which the suite holds every client, conform to the services' OpenAPI documents.

#![allow(clippy::unwrap_used)] // tests fail by panicking

mod deviations;
mod slips;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use openapi::{Document, Request, pairs};
use serde_json::Value;

use self::deviations::DEVIATIONS;

/// A request of `tests/fixtures/<name>.json`.
struct Golden {
    name: String,
    service: String,
    request: Request,
}

fn golden() -> Vec<Golden> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 150, "{} fixtures", files.len());
    files.sort();
    files.iter().map(|file| read(file, &root)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

fn read(file: &Path, root: &Path) -> Golden {
    let name: Vec<_> = file.strip_prefix(root).unwrap().iter().map(|part| part.to_string_lossy()).collect();
    let case: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let sent = &case["request"];
    let text = |key: &str| sent[key].as_str().map(str::to_owned);
    let request = Request {
        method: text("method").unwrap(),
        path: text("path").unwrap(),
        query: text("query"),
        body: sent.get("body").cloned(),
        form: text("form").map(|form| pairs(&form)),
    };
    Golden { service: name[0].to_string(), name: name.join("/"), request }
}

/// The documents of the services, each read once.
fn documents(golden: &[Golden]) -> BTreeMap<&str, Document> {
    golden.iter().map(|golden| golden.service.as_str()).map(|service| (service, Document::of(service))).collect()
}

#[test]
fn every_golden_request_is_as_documented() {
    let golden = golden();
    let documents = documents(&golden);
    let mut occurred = vec![false; DEVIATIONS.len()];
    let mut wrong = Vec::new();
    for Golden { name, service, request } in &golden {
        let (operation, problems) = documents[service.as_str()].check(request);
        for says in problems {
            match DEVIATIONS.iter().position(|deviation| deviation.is(service, &operation, &says)) {
                Some(known) => occurred[known] = true,
                None => wrong.push(format!("{name}: {operation}: {says}")),
            }
        }
    }
    assert!(wrong.is_empty(), "not as documented:\n{}", wrong.join("\n"));
    let gone: Vec<_> = DEVIATIONS.iter().zip(occurred).filter(|(_, occurred)| !occurred).collect();
    let gone: Vec<_> =
        gone.iter().map(|(gone, _)| format!("{} {}: {}", gone.service, gone.operation, gone.says)).collect();
    assert!(gone.is_empty(), "deviations that do not occur:\n{}", gone.join("\n"));
}

/// What the documents have and no golden request is for, because no client sends it.
const NOT_SENT: &[&str] = &["vapi: POST /phone-number/import/twilio", "vapi: POST /phone-number/import/vonage"];

#[test]
fn every_documented_operation_has_a_golden_request() {
    let golden = golden();
    let documents = documents(&golden);
    let mut without: Vec<String> = Vec::new();
    for (service, document) in &documents {
        let requests = golden.iter().filter(|golden| golden.service == *service);
        let seen: Vec<String> = requests.map(|golden| document.check(&golden.request).0).collect();
        let all = document.operations().into_iter().filter(|operation| !seen.contains(operation));
        without.extend(all.map(|operation| format!("{service}: {operation}")));
    }
    assert_eq!(without, NOT_SENT);
}
