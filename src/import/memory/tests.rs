use futures_util::FutureExt;

use super::*;
use crate::import::Change;
use crate::model::ProviderKind;

fn key(account: u64) -> Key {
    Key { account: (PlatformKind::from_static("memory-tests"), account), number: packed(&number()) }
}

async fn take(account: u64) -> NumberLock {
    NumberLock::of(key(account), Duration::MAX).await.expect("nothing ends the wait")
}

const SENDING: Sending = Sending { carrier: ProviderKind::BYO, creates: true, changes: Vec::new(), journal: None };

fn number() -> E164 {
    "+14155550100".parse().expect("a number")
}

fn routing(id: &str) -> Routing {
    Routing::new(number(), id.to_owned(), crate::model::Calls::Nowhere, std::collections::BTreeMap::new())
}

fn is_kept(account: u64) -> bool {
    memory().numbers.contains_key(&key(account))
}

#[tokio::test]
async fn a_lock_is_waited_for_and_nothing_is_kept_of_it() {
    let first = take(1).await;
    let mut second = Box::pin(take(1));
    assert!(second.as_mut().now_or_never().is_none(), "the first has it");
    let other = take(2).await;
    drop(first);
    let second = second.await;
    assert!(is_kept(1) && is_kept(2));
    drop((second, other));
    assert!(!is_kept(1) && !is_kept(2));
}

#[tokio::test]
async fn an_import_stays_unresolved_until_somebody_learns_its_result() {
    let mut lock = take(3).await;
    assert!(lock.unresolved.is_none());
    lock.routing = Some(routing("before"));
    lock.sending(ProviderKind::BYO).unwrap();
    drop(lock);
    let mut lock = take(3).await;
    assert!(!lock.has_sent, "another one has");
    let kept = lock.unresolved.as_ref().and_then(|earlier| earlier.routing());
    assert_eq!(kept, Some(routing("before")));
    lock.resolved();
    drop(lock);
    assert!(!is_kept(3));
}

#[tokio::test]
async fn who_gives_up_waiting_leaves_nothing_behind() {
    let first = take(4).await;
    let mut waiting = Box::pin(take(4));
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(first);
    assert!(is_kept(4));
    drop(waiting);
    assert!(!is_kept(4));

    let mut lock = take(4).await;
    let mut waiting = Box::pin(take(4));
    assert!(waiting.as_mut().now_or_never().is_none());
    lock.sending(ProviderKind::BYO).unwrap();
    drop(lock);
    drop(waiting);
    assert!(take(4).await.unresolved.is_some(), "it is unresolved all the same");
}

#[tokio::test]
async fn a_lock_that_was_handed_to_somebody_who_gave_up_goes_to_the_next() {
    let first = take(5).await;
    let [mut second, mut third] = [(); 2].map(|()| Box::pin(take(5)));
    assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
    drop(first);
    drop(second);
    let third = third.now_or_never().expect("it is its turn");
    let mut fourth = Box::pin(take(5));
    assert!(fourth.as_mut().now_or_never().is_none(), "nobody else has it");
    drop((third, fourth));
    assert!(!is_kept(5));
}

#[tokio::test]
async fn a_listener_hears_of_what_is_sent_and_begins_with_what_is_unresolved() {
    let number = number();
    let hears = |account: u64| Listener { account: Some(key(account).account), id: usize::MAX - account as usize };
    let [own, other] = [6, 7].map(hears);
    own.restart();
    other.restart();
    let mut lock = take(6).await;
    assert!(!own.has_heard(&number));
    lock.sending(ProviderKind::BYO).unwrap();
    assert!(own.has_heard(&number) && !other.has_heard(&number));
    own.restart();
    assert!(own.has_heard(&number), "it is unresolved");
    lock.resolved();
    drop(lock);
    assert!(own.has_heard(&number));
    own.restart();
    assert!(!own.has_heard(&number));
}

#[tokio::test]
async fn the_routing_before_the_first_of_several_unresolved_imports_is_kept() {
    for is_first_known in [true, false] {
        let account = if is_first_known { 8 } else { 9 };
        for (routing, _) in [(is_first_known.then(|| routing("first")), ()), (Some(routing("second")), ())] {
            let mut lock = take(account).await;
            lock.routing = routing;
            lock.sending(ProviderKind::BYO).unwrap();
            // The second of two in one import.
            lock.sending(ProviderKind::BYO).unwrap();
        }
        let mut lock = take(account).await;
        let kept = lock.unresolved.as_ref().and_then(|earlier| earlier.routing());
        assert_eq!(kept, is_first_known.then(|| routing("first")));
        lock.resolved();
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_lock_ends_and_leaves_nothing_behind() {
    let first = take(10).await;
    let wait = NumberLock::of(key(10), Duration::from_secs(120));
    // Without an end it would not be red, but hang.
    assert!(tokio::time::timeout(MAX_AGE, wait).await.expect("the wait ends").is_err());
    drop(first);
    assert!(!is_kept(10));
    drop(take(10).await);
}

fn empty() -> Memory {
    Memory { numbers: HashMap::default(), unresolved: 0, created: VecDeque::new(), heard: Vec::new(), listeners: 0 }
}

#[tokio::test(start_paused = true)]
async fn no_more_imports_are_sent_than_can_be_remembered() {
    let mut memory = empty();
    let key = |number| Key { number, ..key(11) };
    for number in 0..MAX_UNRESOLVED as u64 {
        assert!(memory.join(key(number)).is_ok());
        assert_eq!(memory.sending(key(number), SENDING), Some(false));
        memory.leave(key(number), true);
    }
    let one_more = key(MAX_UNRESOLVED as u64);
    assert!(memory.join(one_more).is_ok());
    assert_eq!(memory.sending(one_more, SENDING), None, "it is refused");
    assert!(memory.join(key(7)).is_ok_and(|unresolved| unresolved.is_some()));
    assert_eq!(memory.sending(key(7), SENDING), Some(true), "one that is remembered may be sent again");
    memory.resolve(key(7));
    memory.leave(key(7), true);
    assert!(!memory.numbers.contains_key(&key(7)));
    assert_eq!(memory.sending(one_more, SENDING), Some(false), "there is room again");
}

#[tokio::test(start_paused = true)]
async fn an_unresolved_import_grows_old() {
    let mut memory = empty();
    let age = |memory: &mut Memory| memory.join(key(12)).ok().flatten().expect("unresolved").is_expired();
    assert!(memory.join(key(12)).is_ok());
    memory.sending(key(12), SENDING);
    memory.leave(key(12), true);
    tokio::time::advance(MAX_AGE).await;
    assert!(!age(&mut memory));
    memory.leave(key(12), true);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(age(&mut memory), "and is forgotten by a lookup alone");
}

#[tokio::test(start_paused = true)]
async fn what_was_created_is_remembered_for_a_while_and_up_to_a_number() {
    let mut memory = empty();
    let key = |number| Key { number, ..key(13) };
    let create = |memory: &mut Memory, number| {
        assert!(memory.join(key(number)).is_ok());
        let created = Created { id: format!("r{number}").into(), at: Instant::now(), journal: None };
        memory.create(key(number), created);
        memory.leave(key(number), true);
    };
    let most = MAX_CREATED as u64;
    for number in 0..most {
        create(&mut memory, number);
    }
    assert_eq!(memory.numbers.len(), MAX_CREATED);
    // Created anew, it is among the latest.
    create(&mut memory, 0);
    create(&mut memory, most);
    assert!(memory.numbers.contains_key(&key(0)) && !memory.numbers.contains_key(&key(1)));
    assert!(memory.numbers.len() <= MAX_CREATED && memory.created.len() <= MAX_CREATED);
    tokio::time::advance(CREATED_FOR).await;
    create(&mut memory, most + 1);
    assert_eq!((memory.numbers.len(), memory.created.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_import_that_a_journal_will_tell_again_makes_room_for_one_that_it_will_not() {
    const JOURNAL: JournalId = 1;
    let mut memory = empty();
    let key = |number| Key { number, ..key(14) };
    let id = journal::Key::new(PlatformKind::VAPI, crate::model::AccountId::new("a"), number());
    let kept = Kept::new(Some((UnresolvedImport::new(&id, None, None), Duration::ZERO)), None, None);
    let most = MAX_UNRESOLVED as u64;
    for number in 0..most {
        assert!(memory.join(key(number)).is_ok());
        // The first is sent by this process, after the journal told of it. The second one is not in the journal.
        if number != 1 {
            memory.learn(key(number), JOURNAL, std::iter::once(&kept));
        }
        if number < 2 {
            memory.sending(key(number), Sending { journal: (number == 0).then_some(JOURNAL), ..SENDING });
        }
        // The third is being worked on.
        if number != 2 {
            memory.leave(key(number), true);
        }
    }
    assert_eq!(memory.unresolved, MAX_UNRESOLVED);
    assert!(memory.join(key(most)).is_ok());
    assert_eq!(memory.sending(key(most), SENDING), Some(false));
    assert_eq!((memory.unresolved, memory.numbers.len()), (4, 4));
    assert!([0, 1, 2, most].into_iter().all(|number| memory.numbers[&key(number)].unresolved.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_created_here_is_forgotten_if_another_process_removed_it() {
    use crate::journal::KeptRecord;
    const JOURNAL: JournalId = 1;
    let seconds = Duration::from_secs;
    let record = |id: &str, age| KeptRecord { id: id.into(), age: seconds(age) };
    // Created here a minute ago.
    for (journal, told, changed, known) in [
        (Some(JOURNAL), None, Some(30), None),
        (Some(JOURNAL), None, Some(90), Some("r1")),
        (Some(JOURNAL), None, None, Some("r1")),
        (None, None, Some(30), Some("r1")),
        (Some(JOURNAL), Some(record("r1", 50)), Some(30), Some("r1")),
        (Some(JOURNAL), Some(record("r2", 30)), Some(30), Some("r2")),
        (None, Some(record("r2", 30)), Some(30), Some("r2")),
        (None, Some(record("r2", 90)), Some(90), Some("r1")),
    ] {
        let (mut memory, key) = (empty(), key(15));
        assert!(memory.join(key).is_ok());
        memory.create(key, Created { id: "r1".into(), at: Instant::now(), journal });
        tokio::time::advance(seconds(60)).await;
        let kept = Kept::new(None, told.clone(), changed.map(seconds));
        memory.learn(key, JOURNAL, std::iter::once(&kept));
        let found = memory.numbers[&key].created.as_ref().map(|created| created.id.as_str().to_owned());
        assert_eq!(found.as_deref(), known, "{journal:?} {told:?} {changed:?}");
    }
}

/// What a journal tells of an import that was sent so long ago.
fn told(creates: bool, taken: bool, changes: Vec<Change>, age: u64) -> Unresolved {
    let id = journal::Key::new(PlatformKind::VAPI, crate::model::AccountId::new("a"), number());
    let mut entry = UnresolvedImport::new(&id, None, None);
    (entry.creates, entry.taken, entry.changes) = (creates, taken, changes);
    Unresolved::of_journal(&entry, Duration::from_secs(age), 1)
}

fn relabelled(from: &str, to: &str) -> Change {
    Change::Label { from: Some(from.to_owned()), to: Some(to.to_owned()) }
}

#[tokio::test(start_paused = true)]
async fn another_request_of_an_unresolved_import_is_added_to_it() {
    // A record that was there is only known to be somebody else's as long as no further create is sent.
    for (creates, taken, sends_create, expected) in [
        (true, true, true, (true, false)),
        (true, true, false, (true, true)),
        (true, false, false, (true, false)),
        (false, false, true, (true, false)),
        (false, false, false, (false, false)),
    ] {
        let mut import = told(creates, taken, vec![relabelled("One", "Two")], 60);
        let changes = vec![relabelled("Two", "Three")];
        import.again(Sending { creates: sends_create, changes, journal: Some(1), ..SENDING });
        assert_eq!((import.creates, import.taken), expected, "{creates} {taken} {sends_create}");
        assert_eq!(import.changes, [relabelled("One", "Three")]);
        assert_eq!((import.is_only_learned(), import.age()), (false, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn two_imports_of_a_number_of_which_nobody_knows_both_are_one() {
    let (first, second) = (vec![relabelled("One", "Two")], vec![relabelled("Two", "Three")]);
    for is_swapped in [false, true] {
        let pair = (told(true, true, first.clone(), 90), told(false, false, second.clone(), 60));
        let both = if is_swapped { pair.1.and(pair.0) } else { pair.0.and(pair.1) };
        assert_eq!((both.creates, both.taken, both.is_only_learned()), (true, true, true));
        assert_eq!(both.age(), Duration::from_secs(60));
        assert_eq!(both.changes, [relabelled("One", "Three")], "in the order in which they were sent");
    }
    let own = told(true, false, Vec::new(), 60);
    assert!(told(true, true, Vec::new(), 90).and(own).may_be_own(), "the record may be of the second one");
}
