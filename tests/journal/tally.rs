//! What races have left, counted: no number has two records or has lost its routing, and no create was sent again after
//! one that was carried out, where the platform accepts duplicates.

use std::fmt;

use numport::platform::Duplicates;
use numport::sandbox::{ReceivedRequest, Sandbox};
use numport::{E164, Importer, Removal};
use serde_json::Value;

use crate::killed::routings;
use crate::services::carrier;
use crate::services::subject::{Pace, Platform};

#[derive(Default)]
pub(crate) struct Tally {
    rounds: usize,
    kills: usize,
    cuts: usize,
    numbers: usize,
    creates: usize,
    /// Creates beyond the first of a number, and how many of them came after one that was carried out.
    again: usize,
    again_after_success: usize,
    /// Numbers without exactly one record.
    not_once: usize,
    routings_lost: usize,
    failures: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, kills, cuts, numbers, creates, again, again_after_success, not_once, routings_lost, .. } =
            self;
        write!(
            f,
            "{rounds} rounds, {kills} killed, connections cut {cuts} times, {numbers} numbers, {creates} creates, of which \
             {again} were sent again and {again_after_success} of those after one that was carried out, {not_once} numbers \
             without exactly one record, {routings_lost} routings lost"
        )
    }
}

impl Tally {
    pub(crate) fn of_round(kills: usize, cuts: usize) -> Self {
        Self { rounds: 1, kills, cuts, ..Self::default() }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.kills += other.kills;
        self.cuts += other.cuts;
        self.numbers += other.numbers;
        self.creates += other.creates;
        self.again += other.again;
        self.again_after_success += other.again_after_success;
        self.not_once += other.not_once;
        self.routings_lost += other.routings_lost;
        self.failures.extend(other.failures);
    }

    /// Prints it, and fails if it should not be so.
    pub(crate) fn end(self, case: &str) {
        println!("{case}: {self}");
        assert!(self.failures.is_empty(), "{case}: {}", self.failures.join("\n"));
    }

    /// Counts the creates and the records of these numbers. The sandbox knows which create it carried out.
    pub(crate) fn count(&mut self, sandbox: &Sandbox, platform: &Platform, numbers: &[E164]) {
        let create = platform.create_path();
        let requests = sandbox.requests();
        let creates: Vec<_> = requests.iter().filter(|sent| sent.method == "POST" && sent.path == create).collect();
        let records = sandbox.records(platform.api.service);
        let vars = |name: &str| sandbox.var(name);
        let client = (platform.connect)(&vars, Pace::at_once());
        let is_refused = client.capabilities().duplicates == Duplicates::Refused;
        (self.numbers, self.creates) = (numbers.len(), creates.len());
        for number in numbers {
            let text = number.as_str();
            let own: Vec<_> = creates.iter().filter(|sent| names(sent, text)).collect();
            let is_done = |sent: &&&&ReceivedRequest| sent.own_status.is_some_and(|status| status < 300);
            let after_success = own.iter().skip_while(|sent| !is_done(sent)).count().saturating_sub(1);
            self.again += own.len().saturating_sub(1);
            self.again_after_success += after_success;
            if after_success > 0 && !is_refused {
                self.failures.push(format!("{number}: a create after one that was carried out: {own:?}"));
            }
            let count = records.iter().filter(|record| record[platform.record.number] == text).count();
            if count != 1 {
                self.not_once += 1;
                self.failures.push(format!("{number}: {count} records: {own:?}"));
            }
        }
        assert!(self.creates >= self.numbers, "the creates are counted");
    }

    /// Rolls everything back from the journal's history alone, and counts the numbers whose routing is not as before.
    pub(crate) async fn count_routings(
        &mut self,
        sandbox: &Sandbox,
        importer: &Importer,
        numbers: &[E164],
        before: &[Value],
    ) {
        let unresolved = importer.unresolved().await.unwrap();
        assert!(unresolved.is_empty(), "{unresolved:?}");
        for number in numbers {
            let mut undone = Vec::new();
            for past in importer.history(number).await.unwrap() {
                undone.push((importer.undo_unverified(&past.undo, Removal::Record).await.unwrap(), past));
            }
            let of_number = |records: &[Value]| {
                let is_it = |record: &&Value| record["phone_number"] == number.as_str();
                routings(&records.iter().filter(is_it).cloned().collect::<Vec<_>>())
            };
            let (was, is) = (of_number(before), of_number(&sandbox.records(carrier("twilio").api.service)));
            assert!(!was.is_empty(), "{number} is held");
            if was != is {
                self.routings_lost += 1;
                let lost: Vec<_> = was.iter().zip(&is).filter(|(was, is)| was != is).collect();
                self.failures.push(format!("{number}: {lost:?}: {undone:#?}"));
            }
        }
    }
}

/// Whether a request is about this number.
fn names(sent: &ReceivedRequest, number: &str) -> bool {
    sent.body.as_ref().is_some_and(|body| body.to_string().contains(number))
        || sent.form.iter().any(|(_, value)| value == number)
}
