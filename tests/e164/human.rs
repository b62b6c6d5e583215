//! The reference library's example numbers as people write them. `tools/numbering-plan/generate.sh human` makes the
//! file.

use std::collections::{BTreeMap, HashSet};

use numport::E164;
use numport::e164::{HumanError, Region};

use crate::reference;

/// Calls this with the region and form, the number, its text and its extension.
fn table(mut check: impl FnMut(&str, &str, E164, &str, Option<&str>)) {
    let text = reference::unpack(include_bytes!("reference/human.txt.gz"));
    let (mut region, mut form) = ("", "");
    for line in text.lines().skip(1) {
        match line.strip_prefix("= ") {
            Some(group) => (region, form) = group.split_once(' ').unwrap(),
            None => {
                let mut parts = line.split('|');
                let (number, text) = (parts.next().unwrap().parse().unwrap(), parts.next().unwrap());
                check(region, form, number, text, parts.next());
            }
        }
    }
}

/// Texts of one form, and those that were refused.
#[derive(Default)]
struct Form {
    texts: usize,
    refused: Vec<String>,
}

#[test]
fn the_references_examples_are_read_however_they_are_written() {
    let (mut numbers, mut forms, mut others) = (HashSet::new(), BTreeMap::new(), Vec::new());
    table(|region, form, number, text, extension| {
        numbers.insert(number);
        let Form { texts, refused } = forms.entry(form.to_owned()).or_default();
        *texts += 1;
        let dialled: Region = region.parse().unwrap();
        if extension.is_some() {
            let plain = E164::from_human(text, Some(dialled));
            assert!(matches!(plain, Err(HumanError::Extension { .. })), "{text:?}: {plain:?}");
        }
        match E164::from_human_with_extension(text, Some(dialled)) {
            Ok((read, digits)) if (read, digits.as_deref()) == (number, extension) => {}
            Ok(other) => others.push(format!("{text:?} in {region} is {number}, read as {other:?}")),
            Err(error) => {
                // Without `+`, the calling code may also be the beginning of a national number.
                assert!(form != "coded" || error.code() == "ambiguous", "{text:?} in {region}: {error}");
                refused.push(format!("{text:?} in {region} is {number}: {error}"));
            }
        }
    });
    assert!(others.is_empty(), "{} are read as another number:\n{}", others.len(), others.join("\n"));
    for (form, Form { texts, refused }) in &forms {
        let at_most = if form == "coded" { texts / 50 } else { texts / 1000 };
        let refusals = refused.join("\n");
        assert!(refused.len() <= at_most, "{} of {texts} {form} texts are refused:\n{refusals}", refused.len());
    }
    assert!(numbers.len() >= 3000 && forms.len() == 6, "{} numbers, {:?}", numbers.len(), forms.keys());
}
