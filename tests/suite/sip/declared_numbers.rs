//! Trunks and stored credentials list the declared numbers, and no others.

use futures_util::{StreamExt, TryStreamExt};
use numport::model::ProviderKind;
use numport::provider::Ownership;
use numport::{Byo, E164, Error, ImportRequest, NumberProvider, NumberSource, SipTrunk, Vapi, VoicePlatform};

fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

type Ranges<'a> = &'a [(&'a str, &'a str)];

/// Both providers, with the same ranges declared.
fn providers(ranges: Ranges<'_>) -> [Box<dyn NumberProvider>; 2] {
    let (mut trunk, mut byo) = (SipTrunk::new("sip.example.com"), Byo::stored_default(ProviderKind::TWILIO));
    for (first, last) in ranges {
        if first == last {
            (trunk, byo) = (trunk.number(number(first)), byo.number(number(first)));
        } else {
            let range = number(first)..=number(last);
            (trunk, byo) = (trunk.numbers(range.clone()), byo.numbers(range));
        }
    }
    [Box::new(trunk), Box::new(byo)]
}

async fn listed(provider: &dyn NumberProvider) -> Vec<String> {
    provider.list().map_ok(|held| held.number.to_string()).try_collect().await.unwrap()
}

#[tokio::test]
async fn only_declared_numbers_are_held() {
    let ranges = [("+14155552671", "+14155552671"), ("+1998", "+2001"), ("+20", "+21")];
    for provider in providers(&ranges) {
        for (text, held) in [
            ("+14155552671", true),
            ("+14155552670", false),
            ("+14155552672", false),
            ("+1998", true),
            ("+2000", true),
            ("+2001", true),
            ("+1997", false),
            ("+2002", false),
            // Another number of digits, although the text sorts between the two.
            ("+19985", false),
            ("+199", false),
            ("+200", false),
        ] {
            match provider.lookup(&number(text)).await.unwrap() {
                Ownership::Held(found) => assert!(held && found.number == text, "{text}"),
                Ownership::NotHeld => assert!(!held, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        let all = ["+20", "+21", "+1998", "+1999", "+2000", "+2001", "+14155552671"];
        assert_eq!(listed(&provider).await, all);
    }
}

#[tokio::test]
async fn a_number_declared_twice_is_listed_once() {
    let cases: [(Ranges<'_>, &[&str]); 5] = [
        (&[("+20", "+22"), ("+21", "+23")], &["+20", "+21", "+22", "+23"]),
        (&[("+21", "+23"), ("+20", "+22")], &["+20", "+21", "+22", "+23"]),
        (&[("+20", "+23"), ("+21", "+22")], &["+20", "+21", "+22", "+23"]),
        (&[("+21", "+21"), ("+23", "+23"), ("+20", "+24")], &["+20", "+21", "+22", "+23", "+24"]),
        (&[("+20", "+20"), ("+22", "+23"), ("+20", "+20")], &["+20", "+22", "+23"]),
    ];
    for (ranges, expected) in cases {
        for provider in providers(ranges) {
            assert_eq!(listed(&provider).await, expected, "{ranges:?}");
        }
    }
}

#[tokio::test]
async fn the_largest_range_is_listed_without_being_held_in_memory() {
    for provider in providers(&[("+100000000000000", "+999999999999999")]) {
        assert!(matches!(provider.lookup(&number("+999999999999999")).await.unwrap(), Ownership::Held(_)));
        let first: Vec<_> = provider.list().take(3).map_ok(|held| held.number).try_collect().await.unwrap();
        assert_eq!(first, ["+100000000000000", "+100000000000001", "+100000000000002"]);
    }
    for provider in providers(&[("+998", "+999")]) {
        assert_eq!(listed(&provider).await, ["+998", "+999"], "the last number of its count of digits ends it");
    }
}

#[tokio::test]
async fn an_invalid_range_is_an_error_when_it_is_used() {
    let vapi = Vapi::builder("key").build().unwrap();
    let cases = [
        (("+21", "+20"), "`numbers` from +21 to +20 end before they begin; give the first number first"),
        (
            ("+20", "+199"),
            "`numbers` from +20 to +199 have different counts of digits; declare a range for each count of digits",
        ),
    ];
    for (range, problem) in cases {
        for provider in providers(&[range, ("+30", "+30")]) {
            let lookup = provider.lookup(&number("+30")).await.unwrap_err();
            let list = provider.list().try_next().await.unwrap_err();
            for error in [&lookup, &list] {
                assert!(error.to_string().ends_with(problem), "{error}");
            }
            let import = vapi.create(&provider.source(), &ImportRequest::new(number("+30"))).unwrap_err();
            assert!(import.to_string().contains(&problem.replace("`numbers`", "`source.numbers`")), "{import}");
            assert!(matches!(import, Error::Invalid(_)));
        }
    }
}

#[test]
fn sources_that_differ_only_in_numbers_are_equal() {
    let sources = |ranges| providers(ranges).map(|provider| provider.source());
    assert_eq!(sources(&[("+20", "+29")]), sources(&[]));
    let trunk = SipTrunk::new("sip.example.com");
    assert_ne!(trunk, trunk.clone().number(number("+20")));
    assert_eq!(NumberSource::from(trunk.clone().number(number("+20"))), NumberSource::from(trunk));
}
