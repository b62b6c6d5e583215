//! The suite that every [`NumberProvider`] must pass.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(all(feature = "sandbox", feature = "twilio"))] {
//! use numport::conformance::provider::{self, Subject};
//! use numport::{Twilio, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! let twilio = Twilio::from_vars(|name| sandbox.var(name))?;
//!
//! let subject = Subject::new(&twilio, ["+14155552671".parse()?, "+12125550123".parse()?], "+12025550143".parse()?)
//!     .another_routing(|settings| drop(settings.insert("VoiceUrl".into(), "https://example.com/voice".into())));
//! provider::all(&subject).await;
//! # }
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::fmt;

use futures_util::TryStreamExt;

use crate::E164;
use crate::model::Routing;
use crate::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};

/// Changes the settings of a routing to others that the provider accepts.
type Change<'a> = Box<dyn Fn(&mut BTreeMap<String, String>) + 'a>;

/// A provider that is tested.
pub struct Subject<'a> {
    provider: &'a dyn NumberProvider,
    held: [E164; 2],
    not_held: E164,
    another_routing: Option<Change<'a>>,
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl<'a> Subject<'a> {
    /// Creates a subject: a provider, two numbers that it holds, and one that it does not hold. The first number's
    /// routing is changed and restored.
    pub fn new(provider: &'a dyn NumberProvider, held: [E164; 2], not_held: E164) -> Self {
        Self { provider, held, not_held, another_routing: None }
    }

    /// Sets how the settings of a routing become others that the provider accepts. Required if the provider supports
    /// routing.
    #[must_use]
    pub fn another_routing(mut self, change: impl Fn(&mut BTreeMap<String, String>) + 'a) -> Self {
        self.another_routing = Some(Box::new(change));
        self
    }

    async fn held(&self, number: &E164) -> HeldNumber {
        match self.provider.lookup(number).await.expect("the provider can be asked") {
            Ownership::Held(held) => held,
            other => panic!("{number} is held, and the lookup must say so, not {other:?}"),
        }
    }
}

/// Runs the whole suite.
pub async fn all(subject: &Subject<'_>) {
    lookup_tells_what_is_held(subject).await;
    list_shows_every_number_once(subject).await;
    routing_agrees_with_lookup(subject).await;
    routing_is_restored(subject).await;
}

/// The lookup finds a held number, and finds no other number.
pub async fn lookup_tells_what_is_held(subject: &Subject<'_>) {
    for number in &subject.held {
        assert_eq!(subject.held(number).await.number, *number, "the lookup must return the number that was asked for");
    }
    let other = subject.provider.lookup(&subject.not_held).await.expect("the provider can be asked");
    let number = subject.not_held;
    assert!(matches!(other, Ownership::NotHeld), "{number} is not held, and the lookup must say so, not {other:?}");
}

/// The list has every held number once, and agrees with the lookup.
pub async fn list_shows_every_number_once(subject: &Subject<'_>) {
    let listed: Vec<HeldNumber> = subject.provider.list().try_collect().await.expect("the whole list");
    for number in &subject.held {
        let found: Vec<&HeldNumber> = listed.iter().filter(|held| held.number == *number).collect();
        let [listed] = found[..] else { panic!("the list must have {number} once, not {} times", found.len()) };
        let looked = subject.held(number).await;
        assert_eq!(listed.id, looked.id, "{number}: the id of the list and of the lookup");
        assert_eq!(listed.routing, looked.routing, "{number}: the routing of the list and of the lookup");
    }
    assert!(!listed.iter().any(|held| held.number == subject.not_held), "{} is not held", subject.not_held);
}

/// A snapshot is of the requested number, and equals the routing of the lookup.
pub async fn routing_agrees_with_lookup(subject: &Subject<'_>) {
    let Some(control) = subject.provider.routing() else { return };
    for number in &subject.held {
        let snapshot = snapshot(control, number).await;
        let held = subject.held(number).await;
        assert_eq!(snapshot.number, *number, "the snapshot must be of the number that was asked for");
        assert_eq!(Some(&snapshot.id), held.id.as_ref(), "{number}: the id of the snapshot and of the lookup");
        assert_eq!(Some(&snapshot), held.routing.as_ref(), "{number}: the snapshot and the lookup");
    }
    let none = control.snapshot(&subject.not_held).await.expect("the provider can be asked");
    assert_eq!(none, None, "{} is not held, so that there is no routing", subject.not_held);
}

/// A changed routing is restored completely, on every call, and another number's routing stays unchanged.
pub async fn routing_is_restored(subject: &Subject<'_>) {
    let Some(control) = subject.provider.routing() else { return };
    let change = subject.another_routing.as_ref().expect("a provider that keeps routing needs `another_routing`");
    let [number, other] = &subject.held;
    let (before, others) = (snapshot(control, number).await, snapshot(control, other).await);

    let mut changed = before.clone();
    change(&mut changed.settings);
    assert_ne!(changed.settings, before.settings, "`another_routing` must change a setting");
    for routing in [&changed, &changed, &before, &before] {
        let answered = control.restore(routing).await.expect("a routing that the provider takes");
        let now = snapshot(control, number).await;
        assert_eq!(now.settings, routing.settings, "the settings after they were restored");
        assert_eq!(answered.settings, now.settings, "the settings that restoring them returned");
        assert_eq!(answered.calls, now.calls, "where calls go, as restoring returned");
    }
    assert_eq!(snapshot(control, number).await, before, "the routing is as it was");
    assert_eq!(snapshot(control, other).await, others, "another number's routing is not touched");
}

async fn snapshot(control: &dyn RoutingControl, number: &E164) -> Routing {
    control.snapshot(number).await.expect("the provider can be asked").expect("the routing of a number that is held")
}
