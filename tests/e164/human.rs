//! The reference library's example numbers as people write them. `tools/numbering-plan/generate.sh human` writes them.

use std::collections::{BTreeMap, HashSet};

use numport::E164;
use numport::e164::{HumanError, Region};

use crate::reference;

/// Calls with the region and form, the number, its text and its extension.
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

#[test]
fn the_references_examples_are_read_however_they_are_written() {
    let (mut numbers, mut forms, mut wrong, mut refused) = (HashSet::new(), BTreeMap::new(), Vec::new(), Vec::new());
    table(|region, form, number, text, extension| {
        numbers.insert(number);
        *forms.entry(form.to_owned()).or_insert(0) += 1;
        let dialled: Region = region.parse().unwrap();
        let plain = E164::from_human(text, Some(dialled));
        match E164::from_human_with_extension(text, Some(dialled)) {
            Ok((read, digits)) => {
                if (read, digits.as_deref()) != (number, extension) {
                    wrong.push(format!("{text:?} in {region} ({form}) is {number}, read as {read} {digits:?}"));
                }
                match extension {
                    Some(_) => assert!(matches!(plain, Err(HumanError::Extension { .. })), "{text:?}: {plain:?}"),
                    None => assert_eq!(plain, Ok(read), "{text:?}"),
                }
            }
            Err(error) => refused.push(format!("{text:?} in {region} ({form}) is {number}: {error}")),
        }
    });
    let texts: usize = forms.values().sum();
    assert!(wrong.is_empty(), "{} of {texts} are read as another number:\n{}", wrong.len(), wrong.join("\n"));
    let shown = refused.join("\n");
    assert!(refused.len() * 1000 <= texts, "{} of {texts} are refused, {forms:?}:\n{shown}", refused.len());
    assert!(numbers.len() >= 3000 && forms.len() == 6, "{} numbers, {forms:?}", numbers.len());
}
