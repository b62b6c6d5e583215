//! Every answer of the table equals the reference library's. `tools/numbering-plan/generate.sh corpus` makes the file.

use std::collections::HashSet;
use std::io::Read;

use flate2::read::GzDecoder;
use numport::E164;
use numport::e164::{Assignment, METADATA_VERSION, NumberKind, Region, UnassignedReason};

/// The text of a file that the reference wrote. Its version must be the table's.
pub(crate) fn unpack(packed: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().next().unwrap(), format!("# phonenumbers {METADATA_VERSION}"));
    text
}

/// Each number and the reference's answer, in the reference's words.
pub(crate) fn corpus(mut check: impl FnMut(E164, &str)) {
    let text = unpack(include_bytes!("reference/corpus.txt.gz"));
    let mut answer = "";
    for line in text.lines().skip(1) {
        match line.strip_prefix("= ") {
            Some(next) => answer = next,
            None => check(number(&format!("+{line}")), answer),
        }
    }
}

fn number(text: &str) -> E164 {
    text.parse().expect(text)
}

/// Our answer in the reference's words.
fn ours(number: E164) -> String {
    match number.plan() {
        Assignment::Assigned { calling_code, region, kind, .. } => {
            assert_eq!(number.calling_code(), Some(calling_code));
            format!("{calling_code} {region} {}", kind_word(kind))
        }
        Assignment::Unassigned { reason, .. } => {
            assert_eq!(number.calling_code().is_none(), reason == UnassignedReason::UnknownCallingCode);
            reason_word(reason).to_owned()
        }
    }
}

fn kind_word(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::FixedLine => "FIXED_LINE",
        NumberKind::Mobile => "MOBILE",
        NumberKind::FixedLineOrMobile => "FIXED_LINE_OR_MOBILE",
        NumberKind::TollFree => "TOLL_FREE",
        NumberKind::PremiumRate => "PREMIUM_RATE",
        NumberKind::SharedCost => "SHARED_COST",
        NumberKind::Voip => "VOIP",
        NumberKind::Personal => "PERSONAL_NUMBER",
        NumberKind::Pager => "PAGER",
        NumberKind::Uan => "UAN",
        NumberKind::Voicemail => "VOICEMAIL",
        other => panic!("{other:?}"),
    }
}

fn reason_word(reason: UnassignedReason) -> &'static str {
    match reason {
        UnassignedReason::UnknownCallingCode => "INVALID_COUNTRY_CODE",
        UnassignedReason::TooShort => "TOO_SHORT",
        UnassignedReason::AreaCodeMissing => "IS_POSSIBLE_LOCAL_ONLY",
        UnassignedReason::WrongLength => "INVALID_LENGTH",
        UnassignedReason::TooLong => "TOO_LONG",
        UnassignedReason::RangeNotAssigned => "IS_POSSIBLE",
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_answer_equals_the_references() {
    let (mut numbers, mut answers, mut wrong) = (0, HashSet::new(), Vec::new());
    corpus(|number, theirs| {
        numbers += 1;
        answers.insert(theirs.to_owned());
        let ours = ours(number);
        if ours != theirs {
            wrong.push(format!("{number}: {ours}, and by the reference {theirs}"));
        }
        assert_eq!(number.is_assigned(), theirs.starts_with(|first: char| first.is_ascii_digit()));
    });
    let shown = wrong.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {numbers} differ:\n{shown}", wrong.len());
    assert!(numbers >= 150_000, "{numbers}");

    // The corpus includes every region, kind and reason, except Western Sahara, whose numbers all count as Morocco's.
    let words: HashSet<&str> = answers.iter().flat_map(|answer| answer.split(' ')).collect();
    let missing: Vec<Region> = Region::all().filter(|region| !words.contains(region.as_str())).collect();
    assert_eq!(missing, [Region::EH]);
    let last: HashSet<&str> = answers.iter().filter_map(|answer| answer.split(' ').next_back()).collect();
    assert_eq!(last.len(), 11 + 6, "{last:?}");
}

/// The reference's parser changes each of these numbers before it applies the rules. The file says why.
#[test]
fn numbers_that_the_references_parser_changes_are_listed() {
    let mut kept = Vec::new();
    for line in include_str!("reference/differences.txt").lines().filter(|line| !line.starts_with('#')) {
        let [written, answer, changed, other] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (written, changed) = (number(written), number(changed));
        assert_eq!((ours(written).as_str(), ours(changed).as_str()), (answer, other));
        assert_ne!(written, changed);
        assert_ne!(written.is_assigned(), changed.is_assigned(), "{line}");
        if written.is_assigned() {
            kept.push(written);
        }
    }
    assert!(!kept.is_empty() && kept.iter().all(|number| number.as_str().starts_with("+375810")), "{kept:?}");
}

#[test]
fn numbers_that_other_libraries_change_are_not_changed() {
    for (text, region, kind) in [
        ("+78005553535", Region::RU, NumberKind::TollFree),
        ("+390612345678", Region::IT, NumberKind::FixedLine),
        ("+390669812345", Region::VA, NumberKind::FixedLine),
        ("+3758100320140", Region::BY, NumberKind::PremiumRate),
        ("+80012345678", Region::WORLD, NumberKind::TollFree),
        ("+16135550123", Region::CA, NumberKind::FixedLineOrMobile),
    ] {
        let number = number(text);
        assert_eq!(ours(number).split(' ').nth(1), Some(region.as_str()), "{text}");
        assert_eq!(ours(number).split(' ').nth(2), Some(kind_word(kind)), "{text}");
        assert_eq!(number.as_str(), text);
    }
}

#[test]
fn a_region_is_read_from_its_two_capital_letters() {
    for region in Region::all() {
        assert_eq!(region.as_str().parse(), Ok(region));
    }
    assert_eq!((Region::WORLD.as_str(), Region::AC.as_str(), Region::ZW.as_str()), ("001", "AC", "ZW"));
    assert_eq!([Region::WORLD, Region::CA, Region::TA].map(Region::calling_code), [None, Some(1), Some(290)]);
    for unknown in ["", "us", "USA", "ZZ", "AQ", "1"] {
        let error = unknown.parse::<Region>().unwrap_err();
        assert!(error.to_string().contains("two capital letters"), "{unknown}");
    }
}
