use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::{FutureExt, TryStreamExt};
use serde_json::Value;

use super::*;
use crate::error::{Delivery, Error, ErrorKind};
use crate::http::engine::tests::client_of_service;
use crate::http::simulated::{Counts, Simulated};
use crate::http::{Call, Client, ListLimits, Next, RetryPolicy};

fn client(service: &Arc<Simulated>) -> Client {
    client_of_service(service.clone(), RetryPolicy::default(), None, true)
}

fn read() -> Call {
    Call::get("read", &["things"])
}

/// Reads or creates one thing after the other. A create that fails is looked up, as an importer does. Counts what fails
/// after the first 10 s.
async fn caller(client: &Client, service: &Simulated, until: f64, creates: bool) -> u32 {
    let mut failed = 0;
    while service.seconds() < until {
        let begun = service.seconds();
        let call = if creates { Call::post("make", &["things"]) } else { read() };
        let mut done = client.request::<Value>(call).await;
        if creates && done.is_err() {
            done = client.request(read()).await;
        }
        failed += u32::from(begun > 10.0 && done.is_err());
    }
    failed
}

async fn callers(client: &Client, service: &Simulated, count: u32, until: f64) -> u32 {
    join_all((0..count).map(|nth| caller(client, service, until, nth % 2 == 1))).await.into_iter().sum()
}

#[tokio::test(start_paused = true)]
async fn an_unknown_limit_is_used_and_hardly_exceeded() {
    for counts in [Counts::Bucket, Counts::Window] {
        for retry_after in [None, Some("1")] {
            for concurrency in [16, 64] {
                let service = Simulated::new(counts, 5.0, retry_after);
                let failed = callers(&client(&service), &service, concurrency, 130.0).await;
                let (taken, refused) = service.counted(10.0, 130.0);
                let (used, share) = (taken / 600.0, refused / (taken + refused));
                let named = format!("{counts:?} {retry_after:?} {concurrency}: {used:.3} used, {share:.3} refused");
                assert!(used >= 0.9 && share < 0.03, "{named}");
                assert_eq!(failed, 0, "{named}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_adapting_most_requests_are_refused() {
    let service = Simulated::new(Counts::Bucket, 5.0, None);
    let client = client_of_service(service.clone(), RetryPolicy::default(), None, false);
    callers(&client, &service, 16, 30.0).await;
    let (taken, refused) = service.counted(10.0, 30.0);
    assert!(refused > taken, "{taken} {refused}");
}

#[tokio::test(start_paused = true)]
async fn when_the_limit_rises_the_rate_follows() {
    for counts in [Counts::Bucket, Counts::Window] {
        let service = Simulated::new(counts, 5.0, None);
        let client = client(&service);
        let raise = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            service.state().per_second = 50.0;
        };
        tokio::join!(callers(&client, &service, 64, 240.0), raise);
        let (taken, refused) = service.counted(180.0, 240.0);
        let (used, share) = (taken / 3000.0, refused / (taken + refused));
        assert!(used > 0.85 && share < 0.03, "{counts:?}: {used} {share}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_clients_share_a_limit() {
    for counts in [Counts::Bucket, Counts::Window] {
        let service = Simulated::new(counts, 5.0, None);
        let (one, other) = (client(&service), client(&service));
        let failed = tokio::join!(callers(&one, &service, 16, 130.0), callers(&other, &service, 16, 130.0));
        let (taken, refused) = service.counted(10.0, 130.0);
        let (used, share) = (taken / 600.0, refused / (taken + refused));
        assert!(used > 0.85 && share < 0.08 && failed == (0, 0), "{counts:?}: {used} {share} {failed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_always_refused_ends_with_that_error() {
    let service = Simulated::new(Counts::Never, 5.0, None);
    let client = client(&service);
    let start = Instant::now();
    let failed = join_all((0..64).map(|_| client.request::<Value>(read()))).await;
    // Those that went just before the deadline have an answer on its way.
    assert!(start.elapsed() < Duration::from_millis(120_250), "{:?}", start.elapsed());
    for result in failed {
        assert_eq!(result.expect_err("a refusal").kind(), ErrorKind::RateLimited);
    }
    let (_, refused) = service.counted(0.0, 1000.0);
    assert!(refused < 64.0 + 80.0, "{refused}");

    let start = Instant::now();
    let one = client_of_service(service, RetryPolicy::never(), None, true);
    let Err(Error::Call(error)) = one.request::<Value>(read()).await else { panic!("a refusal") };
    assert_eq!((error.attempts, error.delivery), (1, Delivery::Refused));
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_kept_by_all_clones_and_by_no_other_client() {
    let service = Simulated::new(Counts::Bucket, 1000.0, None);
    service.first([(429, Some("30"))]);
    let client = client(&service);
    client.request::<Value>(Call::post("make", &["things"])).await.expect_err("a refusal");
    let refused = service.seconds();
    let soon = client_of_service(service.clone(), RetryPolicy::default().deadline(Duration::from_secs(20)), None, true);
    soon.request::<Value>(read()).await.expect("another client");
    assert!(service.seconds() < 1.0);

    let clones: Vec<_> = (0..50).map(|_| client.clone()).collect();
    join_all(clones.iter().map(|client| client.request::<Value>(read()))).await;
    let (early, late) = (service.counted(refused, 1.0), service.counted(1.0, refused + 29.9));
    assert_eq!((early, late, service.state().log.len()), ((1.0, 0.0), (0.0, 0.0), 52));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_outwait_the_pause_fails_at_once() {
    let service = Simulated::new(Counts::Bucket, 1000.0, None);
    for asked in ["30", "99999999999999999999999"] {
        service.first([(503, Some(asked))]);
        let policy = RetryPolicy::default().deadline(Duration::from_secs(20));
        let client = client_of_service(service.clone(), policy, None, true);
        client.request::<Value>(read()).await.expect_err("a refusal");
        let held = client.request::<Value>(read()).now_or_never();
        let later = tokio::time::sleep(Duration::from_secs(1)).then(|()| client.request::<Value>(read())).await;
        later.expect("no pause is longer than a call may take");
        let Some(Err(Error::Call(error))) = held else { panic!("at once") };
        assert_eq!((error.kind(), error.attempts), (ErrorKind::RateLimited, 0), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fixed_limit_stays_the_maximum() {
    let service = Simulated::new(Counts::Bucket, 1000.0, None);
    service.first([(429, None)]);
    let limit = RateLimit::new(NonZeroU32::new(10).expect("not zero"), Duration::from_secs(1));
    let client = client_of_service(service.clone(), RetryPolicy::default(), Some(limit), true);
    callers(&client, &service, 16, 90.0).await;
    let (lowered, raised) = (service.counted(0.0, 5.0).0, service.counted(80.0, 90.0).0);
    assert!(lowered < 35.0, "{lowered}");
    assert!((95.0..=101.0).contains(&raised), "{raised}");
}

#[tokio::test(start_paused = true)]
async fn what_is_paced_takes_no_retry_from_the_budget() {
    let service = Simulated::new(Counts::Bucket, 1000.0, None);
    service.first([(429, None), (429, None), (503, Some("1"))]);
    let client = client_of_service(service, RetryPolicy::default().budget(0), None, true);
    client.request::<Value>(read()).await.expect("the fourth");
}

/// Pages whose numbers go on for ever.
async fn pages(client: &Client, count: usize) -> crate::Result<Vec<u32>> {
    let call = |page| Call::get("list", &["things"]).query("page", Some(page));
    let mut page = 1;
    let mut list = client.pages(Ok(call(page)), move |_: Vec<u32>| {
        page += 1;
        (vec![], if page > count { Next::End } else { Next::Call(call(page)) })
    });
    list.try_next().await.map(|item: Option<u32>| item.into_iter().collect())
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_with_the_page_that_was_refused() {
    let service = Simulated::new(Counts::Bucket, 1000.0, None);
    service.first([(200, None), (200, None)]);
    service.first([(429, None); 9]);
    service.first([(503, Some("40")); 9]);
    pages(&client(&service), 4).await.expect("it goes on");
    let asked: Vec<_> = service.state().log.iter().map(|(_, _, query)| query.clone()).collect();
    let mut expected = vec!["page=1", "page=2"];
    expected.extend(["page=3"; 19]);
    expected.push("page=4");
    assert_eq!(asked, expected);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_refused_ends_in_its_own_time_and_one_that_has_not_begun_at_once() {
    for (taken, longest) in [(0, 20.0), (1, 300.0)] {
        let service = Simulated::new(Counts::Never, 5.0, None);
        service.first(std::iter::repeat_n((200, None), taken));
        let mut client = client(&service);
        let limit = ListLimits::default().deadline(Duration::from_secs(300));
        Arc::get_mut(&mut client.engine).expect("the only one").lists = limit;
        pages(&client, 4).await.expect_err("it ends");
        let seconds = service.seconds();
        assert!(seconds <= longest && (taken == 0 || seconds > 200.0), "{taken}: {seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_calls_leave_the_queue_of_a_lowered_rate() {
    let service = Simulated::new(Counts::Bucket, 1000.0, None);
    service.first([(429, None)]);
    let client = client(&service);
    client.request::<Value>(Call::post("make", &["things"])).await.expect_err("a refusal");
    let mut dropped: Vec<_> = (0..1000).map(|_| Box::pin(client.request::<Value>(read()))).collect();
    for one in &mut dropped {
        assert!(one.now_or_never().is_none());
    }
    let mut last = Box::pin(client.request::<Value>(read()));
    assert!(last.as_mut().now_or_never().is_none());
    drop(dropped);
    let start = Instant::now();
    last.await.expect("in time");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_meter_counts_the_last_two_half_seconds() {
    let meter = Meter::new();
    assert_eq!(meter.rate(Instant::now()), 2.0);
    for _ in 0..64 {
        meter.count(Instant::now());
    }
    assert_eq!(meter.rate(Instant::now()), 130.0);
    tokio::time::advance(Duration::from_millis(600)).await;
    meter.count(Instant::now());
    assert_eq!(meter.rate(Instant::now()), 130.0);
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(meter.rate(Instant::now()), 4.0);
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(meter.rate(Instant::now()), 2.0);
    for _ in 0..100_000 {
        meter.count(Instant::now());
    }
    assert_eq!(meter.rate(Instant::now()), 131_072.0);
}
