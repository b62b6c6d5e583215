//! Every problem of a file is reported with line and column before anything is sent.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use numport::model::Problem;
use numport::model::ProviderKind;
use numport::sandbox::Sandbox;
use numport::{AccountKey, Error, ImportRequest, NumberSource, Vapi, VoicePlatform};
use serde_json::Value;

use crate::import_csv::rows::{Format, read};
use crate::import_csv::{Arguments, WRONG, run};
use crate::support::{file, new_file};

const LONG: &str = "a label that has more than the forty characters that Vapi takes";

/// The problems that Vapi would report.
fn check(request: &ImportRequest) -> Vec<Problem> {
    let account = AccountKey::token(format!("AC{:032}", 0), "token");
    let source = NumberSource::account(ProviderKind::TWILIO, account);
    match Vapi::builder("key").build().unwrap().create(&source, request) {
        Err(Error::Invalid(invalid)) => invalid.problems,
        other => other.map(|_| Vec::new()).unwrap(),
    }
}

/// Every problem of a file.
fn faults(format: Format, bytes: impl AsRef<[u8]>) -> Vec<String> {
    match read(format, bytes.as_ref(), &check) {
        Ok(rows) => rows.bad.iter().flat_map(|row| &row.faults).map(ToString::to_string).collect(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn every_problem_is_reported_with_its_remedy() {
    let header = "number,label,agent,inbound,toll_free\n+15005550006,,,,\n";
    let long = format!("+12125550123,{LONG},,,");
    for (row, told) in [
        (
            "4155552671,,,,",
            "line 3, column 1: number \"4155552671\" does not begin with `+`; write it in international form, such as \
             +14155552671",
        ),
        (
            "+1415555CALL,,,,",
            "line 3, column 1: number \"+1415555CALL\" has 'C' at position 8; write only digits after the `+`",
        ),
        (
            "+1234567890123456,,,,",
            "line 3, column 1: number \"+1234567890123456\" has 16 digits; a number has at most 15",
        ),
        ("+1,,,,", "line 3, column 1: number \"+1\" has fewer than 2 digits; write the whole number"),
        (
            "+0123456789,,,,",
            "line 3, column 1: number \"+0123456789\" begins with 0 after the `+`; begin with a calling code, 1 to 9",
        ),
        (",Desk,,,", "line 3, column 1: number is empty; give each row a number"),
        (
            "+12125550123,,,,maybe",
            "line 3, column 17: toll_free is \"maybe\"; give true or false, yes or no, on or off",
        ),
        (&long, "line 3, column 14: label has 63 characters; use at most 40"),
        ("+15005550006,,,,", "line 3, column 1: number \"+15005550006\" is already in line 2; list each number once"),
        (
            "+12125550123,Desk",
            "line 3, column 1: it has 2 fields, but the header has 5; use the same number in each row; put a text with a comma in \
             quotes",
        ),
        (
            "+12125550123,Sales, east,,,",
            "line 3, column 1: it has 6 fields, but the header has 5; use the same number in each row; put a text with a comma in \
             quotes",
        ),
        ("+12125550123,,  ,,", "line 3, column 15: agent is empty; give the agent's id"),
        ("+12125550123,,,yes,", "line 3, column 16: inbound cannot be set by an import into vapi; leave it out"),
        (
            "+12125550123,\"Desk,,,",
            "line 3, column 14: it begins a quote that never ends; close it; write a quote within a text twice",
        ),
    ] {
        assert_eq!(faults(Format::Csv, format!("{header}{row}")), [told]);
    }
    let not_utf8 = [header.as_bytes(), b"+12125550123,caf\xE9,,,"].concat();
    assert_eq!(faults(Format::Csv, not_utf8), ["line 3, column 14: label is not UTF-8; save the file as UTF-8"]);
}

#[test]
fn all_problems_of_a_row_are_reported_and_long_text_is_cut() {
    let text = format!("number,label,toll_free\n5,{LONG},2\n+{0},,\n+15005550006,{LONG},2\n", "7".repeat(200));
    let sevens = format!("line 3, column 1: number \"+{}…\" has 200 digits; a number has at most 15", "7".repeat(39));
    assert_eq!(
        faults(Format::Csv, text),
        [
            "line 2, column 1: number \"5\" does not begin with `+`; write it in international form, such as \
             +14155552671",
            "line 2, column 67: toll_free is \"2\"; give true or false, yes or no, on or off",
            &sevens,
            "line 4, column 14: label has 63 characters; use at most 40",
            "line 4, column 78: toll_free is \"2\"; give true or false, yes or no, on or off",
        ]
    );
}

#[test]
fn an_unreadable_file_is_one_problem() {
    let names = "the header row may have number, label, agent, inbound, outbound, toll_free, separated by commas";
    for (bytes, told) in [
        (&b"number,nmae\n+12125550123,x"[..], format!("line 1, column 8: it has the unknown column \"nmae\"; {names}")),
        (b"\xEF\xBB\xBFnumber,\xC3\xA4", format!("line 1, column 8: it has the unknown column \"ä\"; {names}")),
        (
            b"number,label,Number\n",
            "line 1, column 14: it has the column \"number\" twice; use each column once".to_owned(),
        ),
        (b"label\nx\n", "line 1, column 1: it has no column \"number\"; add it to the header row".to_owned()),
        (b"", "line 1, column 1: it has no numbers; add a row for each number".to_owned()),
        (b"number\n", "line 1, column 1: it has no numbers; add a row for each number".to_owned()),
        (b"\xFF\xFEn\0", "line 1, column 1: it is written in UTF-16; save it as UTF-8".to_owned()),
    ] {
        assert_eq!(faults(Format::Csv, bytes), [told]);
    }
}

#[test]
fn problems_of_a_toml_file_have_exact_positions() {
    let text = format!(
        "[[number]]\nnumber = 14155552671\n\n\
         [[number]]\nlabel = \"no number\"\n\n\
         [[number]]\nnumber = \"+15005550006\"\nnmae = \"x\"\ntoll_free = \"maybe\"\n\n\
         [[number]]\nnumber = \"+15005550007\"\nlabel = \"{LONG}\"\n\n\
         [[number]]\nnumber = \"+15005550006\"\n"
    );
    assert_eq!(
        faults(Format::Toml, text),
        [
            "line 2, column 10: number is of the type integer; give a text in quotes",
            "line 4, column 1: number is missing; give each row a number",
            "line 9, column 1: it has the unknown field \"nmae\"; a number may have number, label, agent, inbound, outbound, \
             toll_free",
            "line 10, column 13: toll_free is \"maybe\"; give true or false, yes or no, on or off",
            "line 14, column 9: label has 63 characters; use at most 40",
            "line 17, column 10: number \"+15005550006\" is already in line 7; list each number once",
        ]
    );
    let told = faults(Format::Toml, "\u{FEFF}[[number]]\nnumber = \"5\" # a spreadsheet's mark comes first\n");
    assert!(told.len() == 1 && told[0].starts_with("line 2, column 10: number \"5\" "), "{told:?}");
    let told = faults(Format::Toml, "[[number]]\nnumber = +1\nlabel = x\n");
    assert!(told.iter().any(|fault| fault.starts_with("line 3, column 9: it is not TOML: ")), "{told:?}");
    let told = faults(Format::Toml, "numbers = [\"+15005550006\"]\n");
    assert_eq!(
        told,
        ["line 1, column 1: it has \"numbers\", which is not a list of numbers; begin each with [[number]]"]
    );
}

/// Ten thousand rows. Every twentieth has one of ten problems.
fn ten_thousand() -> (Vec<u8>, BTreeMap<usize, &'static str>) {
    let (mut text, mut bad) = (b"number,label,agent,toll_free\n".to_vec(), BTreeMap::new());
    for row in 0..10_000 {
        let line = row + 2;
        let number = format!("+1415{:07}", row);
        let mut say = |row: String, told| {
            text.extend(row.into_bytes());
            if let Some(told) = told {
                bad.insert(line, told);
            }
        };
        match (row % 20, row / 20 % 10) {
            (7, 0) => say(format!("{},,,", &number[1..]), Some("does not begin with `+`")),
            (7, 1) => say(format!("{}x,,,", &number[..9]), Some("has 'x' at position 9")),
            (7, 2) => say(format!("{number}12345,,,"), Some("has 16 digits")),
            (7, 3) => say("+4,,,".to_owned(), Some("has fewer than 2 digits")),
            (7, 4) => say(format!("+0{row},,,"), Some("begins with 0")),
            (7, 5) => say(",Desk,,".to_owned(), Some("number is empty")),
            (7, 6) => say(format!("{number},,,perhaps"), Some("toll_free is \"perhaps\"")),
            (7, 7) => say(format!("{number},{LONG},,"), Some("has 63 characters")),
            (7, 8) => say(format!("+1415{:07},,,", row - 1), Some("already")),
            (7, _) => say(format!("{number},Desk"), Some("has 2 fields")),
            _ => say(format!("{number},Desk {row},,no"), None),
        }
        text.push(b'\n');
    }
    (text, bad)
}

#[tokio::test]
async fn all_500_bad_rows_of_10000_are_reported_and_nothing_is_sent() {
    let (text, bad) = ten_thousand();
    assert_eq!(bad.len(), 500);
    let sandbox = Sandbox::start().await.unwrap();
    let (csv, report) = (file("ten-thousand.csv", text), new_file("report.jsonl"));
    let arguments = Arguments { file: Some(csv.clone()), report: Some(report.clone()), ..Arguments::default() };
    let mut out = Vec::new();
    let code = run(&arguments, &|name| sandbox.var(name), &mut out, std::future::pending()).await.unwrap();
    assert_eq!(code, WRONG);
    assert!(sandbox.requests().is_empty(), "{:?}", sandbox.requests());

    let out = String::from_utf8(out).unwrap();
    let mut named = BTreeMap::new();
    for line in out.lines().filter_map(|line| line.strip_prefix(&format!("{}: line ", csv.display()))) {
        let (line, told) = line.split_once(", ").unwrap();
        assert!(named.insert(line.parse::<usize>().unwrap(), told).is_none(), "line {line} is named twice");
    }
    assert!(bad.keys().eq(named.keys()));
    let mut wrong = String::new();
    for (line, told) in &bad {
        if !named[line].contains(told) || !named[line].contains("; ") {
            writeln!(wrong, "{line}: {}, and not {told}", named[line]).unwrap();
        }
    }
    assert_eq!(wrong, "");
    assert!(out.ends_with(
        "\n500 of 10000 rows are bad, so nothing was sent. Correct them, or import the good rows with --skip-bad.\n"
    ));

    let report = fs::read_to_string(report).unwrap();
    let lines: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().map(|line| line["line"].as_u64().unwrap() as usize).eq(bad.keys().copied()));
    assert!(lines.iter().all(|line| line["outcome"] == "bad_row" && line["problems"][0].is_string()));
}
