//! Positions in a file, and the requests of its rows.

use csv::{ByteRecord, ReaderBuilder};
use fastrand::Rng;
use numport::ImportRequest;

use crate::import_csv::rows::sheet::Fields;
use crate::import_csv::rows::{Format, Rows, read};

fn rows(text: &str) -> Rows {
    read(Format::Csv, text.as_bytes(), &|_| Vec::new()).unwrap()
}

fn request(number: &str) -> ImportRequest {
    ImportRequest::new(number.parse().unwrap())
}

#[test]
fn columns_can_be_in_any_order_and_an_empty_cell_sets_nothing() {
    let text = "outbound, Label ,toll_free,number,inbound,agent\n\
                off,Front desk,yes,+14155552671,ON,a-1\n\
                ,,,+12125550123,,\n";
    let rows = rows(text);
    assert!(rows.bad.is_empty());
    let full = request("+14155552671").label("Front desk").agent("a-1").inbound(true).outbound(false).toll_free(true);
    let read: Vec<_> = rows.good.into_iter().map(|row| (row.line, row.request)).collect();
    assert_eq!(read, [(2, full), (3, request("+12125550123"))]);
}

#[test]
fn a_spreadsheets_file_is_read() {
    let text = "\u{FEFF}number,label\r\n\r\n+14155552671,\"Desk, \"\"front\"\"\"\r\n   \r\n\r\n+12125550123,\"two\r\nlines\"\r\n+13,x";
    let rows = rows(text);
    assert!(rows.bad.is_empty(), "{:?}", rows.bad);
    let read: Vec<_> = rows.good.iter().map(|row| (row.line, row.request.label_text().unwrap())).collect();
    assert_eq!(read, [(3, "Desk, \"front\""), (6, "two\r\nlines"), (8, "x")]);
}

#[test]
fn a_toml_file_gives_the_same_requests_as_the_csv_file() {
    let of = |format, bytes: &[u8]| {
        let rows = read(format, bytes, &|_| Vec::new()).unwrap();
        assert!(rows.bad.is_empty());
        rows.good.into_iter().map(|row| row.request).collect::<Vec<_>>()
    };
    let csv = of(Format::Csv, include_bytes!("../numbers.csv"));
    assert_eq!(of(Format::Toml, include_bytes!("../numbers.toml")).len(), csv.len());
    // An empty cell and a missing field are equal. Only the CSV file sets `toll_free`.
    assert_eq!(of(Format::Toml, include_bytes!("../numbers.toml")), csv);
}

#[test]
fn positions_are_right_after_quotes_line_breaks_and_umlauts() {
    let text = "label,number,inbound\n\"Büro\nMünchen\",555,vielleicht\nß,\"x\",no\n";
    let faults: Vec<_> = rows(text).bad.iter().flat_map(|row| row.faults.clone()).map(|fault| fault.at).collect();
    let places: Vec<_> = faults.iter().map(|at| (at.line, at.column)).collect();
    assert_eq!(places, [(3, 10), (3, 14), (4, 3)]);
}

/// The positions come from a parser of our own, which must split records as the `csv` crate does.
#[test]
fn our_parser_splits_fields_as_the_csv_crate_does() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..10_000 {
        let length = rng.usize(..=24);
        let text: String = (0..length).map(|_| ['a', ',', '"', '\r', '\n'][rng.usize(..5)]).collect();
        let mut records = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let (mut record, mut fields) = (ByteRecord::new(), Fields::default());
        while records.read_byte_record(&mut record).unwrap() {
            fields.next(text.as_bytes());
            assert_eq!(record.len(), fields.starts.len(), "{text:?}");
            for (field, &start) in record.iter().zip(&fields.starts) {
                let (before, written) = text.as_bytes().split_at(start);
                assert!(matches!(before.last(), None | Some(b',' | b'\r' | b'\n')), "{text:?} at {start}");
                assert!(written.starts_with(b"\"") || written.starts_with(field), "{text:?} at {start}");
            }
        }
    }
}
