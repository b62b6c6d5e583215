use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};

use super::super::deadline::after;
use super::*;

const LONG: Duration = Duration::from_secs(3600);

fn limit(per_second: u32) -> RateLimit {
    RateLimit::new(NonZeroU32::new(per_second).expect("not zero"), Duration::from_secs(1))
}

async fn taken(per_second: u32, requests: u32) -> Duration {
    let limit = limit(per_second);
    let start = Instant::now();
    for _ in 0..requests {
        limit.wait(after(LONG)).await.expect("in time");
    }
    start.elapsed()
}

/// Checks that no second has more than its requests, wherever it begins.
fn within_the_limit(per_second: u32, sent: &[Instant]) {
    let per_second = per_second as usize;
    let seconds = sent.windows(per_second + 1).map(|window| window[per_second] - window[0]);
    let shortest = seconds.min().expect("some");
    assert!(shortest >= Duration::from_secs(1), "{per_second} a second, and one more in {shortest:?}");
}

#[tokio::test(start_paused = true)]
async fn five_seconds_take_hardly_longer() {
    for per_second in [1, 7, 10, 99, 333, 500, 1000, 4999] {
        let seconds = taken(per_second, 5 * per_second + 1).await.as_secs_f64();
        assert!((5.0..=5.1).contains(&seconds), "{per_second} a second: {seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_request_in_five_seconds_takes_five_seconds_each() {
    let limit = RateLimit::new(NonZeroU32::MIN, Duration::from_secs(5));
    let start = Instant::now();
    for _ in 0..4 {
        limit.wait(after(LONG)).await.expect("in time");
    }
    let seconds = start.elapsed().as_secs_f64();
    assert!((15.0..=15.1).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn many_calls_together_take_hardly_longer_and_go_in_order() {
    for per_second in [1, 7, 99, 1000, 4999] {
        let (limit, order) = (limit(per_second), Mutex::new(Vec::new()));
        let start = Instant::now();
        join_all((0..=5 * per_second).map(|nth| {
            let (limit, order) = (&limit, &order);
            async move {
                limit.wait(after(LONG)).await.expect("in time");
                order.lock().expect("not poisoned").push(nth);
            }
        }))
        .await;
        let seconds = start.elapsed().as_secs_f64();
        assert!((5.0..=5.1).contains(&seconds), "{per_second} a second: {seconds}");
        assert!(order.lock().expect("not poisoned").is_sorted());
        assert!(limit.queue().waiting.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn no_second_has_more_than_its_requests_whatever_holds_them_up() {
    for per_second in [1, 2, 10, 120, 200, 300, 499, 500, 1000, 2500] {
        let limit = limit(per_second);
        let mut sent = Vec::new();
        for nth in 0..4 * per_second {
            limit.wait(after(LONG)).await.expect("in time");
            sent.push(Instant::now());
            if nth % 37 == 0 {
                tokio::time::advance(Duration::from_millis(u64::from(nth) % 60)).await;
            }
        }
        within_the_limit(per_second, &sent);
    }
}

#[tokio::test(start_paused = true)]
async fn no_second_has_more_than_its_requests_when_the_runtime_has_paused() {
    for per_second in [1, 10, 100, 1000] {
        let limit = limit(per_second);
        let mut waiting: FuturesUnordered<_> = (0..6 * per_second)
            .map(|_| async {
                limit.wait(after(LONG)).await.expect("in time");
                Instant::now()
            })
            .collect();
        let mut sent = Vec::new();
        for pause in [0, 250, 700, 1500, 30, 990].iter().cycle() {
            // Calls that become due during the pause wake up late, and together.
            tokio::time::advance(Duration::from_millis(*pause)).await;
            for _ in 0..=per_second / 3 {
                sent.extend(waiting.next().await);
            }
            if waiting.is_empty() {
                break;
            }
        }
        assert_eq!(sent.len(), 6 * per_second as usize);
        within_the_limit(per_second, &sent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_would_go_after_its_deadline_fails_at_once_and_takes_no_slot() {
    let limit = limit(10);
    let start = Instant::now();
    let soon = after(Duration::from_millis(950));
    let results = join_all((0..1000).map(|_| limit.wait(soon))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10);
    let queued = start.elapsed();
    assert!(queued < Duration::from_secs(1), "{queued:?}");

    // Nobody waits for those that failed.
    limit.wait(after(LONG)).await.expect("in time");
    assert!(start.elapsed() < Duration::from_millis(1030), "{:?}", start.elapsed());

    let failed = limit.wait(after(Duration::from_millis(50)));
    assert_eq!(failed.now_or_never(), Some(Err(TooLate)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_gives_its_slot_back() {
    let limit = limit(100);
    let start = Instant::now();
    let mut dropped: Vec<_> = (0..12_000).map(|_| Box::pin(limit.wait(after(LONG)))).collect();
    let mut last = Box::pin(limit.wait(after(LONG)));
    for waiting in &mut dropped[1..] {
        let _ = waiting.now_or_never();
    }
    assert!(last.as_mut().now_or_never().is_none());
    drop(dropped);
    last.await.expect("in time");
    assert!(start.elapsed() <= Duration::from_millis(12), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn those_behind_dropped_calls_move_up() {
    let limit = limit(100);
    let start = Instant::now();
    let mut waiting: Vec<_> = (0..400).map(|_| Box::pin(limit.wait(after(LONG)))).collect();
    for one in &mut waiting {
        let _ = one.now_or_never();
    }
    // The first has gone. Of the others, half are dropped, here and there.
    let mut nth = 0;
    waiting.retain(|_| {
        nth += 1;
        nth > 1 && (nth <= 100 || nth > 300)
    });
    let results = join_all(waiting).await;
    assert_eq!(results.len(), 199);
    let took = start.elapsed();
    assert!(took <= Duration::from_millis(2020), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn under_overload_it_goes_on_at_the_full_rate() {
    let (limit, over, sent) = (limit(100), AtomicBool::new(false), Mutex::new(Vec::new()));
    let callers = join_all((0..1000).map(|nth| {
        let (limit, over, sent) = (&limit, &over, &sent);
        async move {
            while !over.load(Ordering::Relaxed) {
                match limit.wait(after(Duration::from_secs(1))).await {
                    Ok(()) => sent.lock().expect("not poisoned").push(Instant::now()),
                    Err(TooLate) => tokio::time::sleep(Duration::from_millis(100 + nth % 50)).await,
                }
            }
        }
    }));
    let end = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(callers, end);
    let sent = sent.into_inner().expect("not poisoned");
    within_the_limit(100, &sent);
    for second in 0..10 {
        let of_it = |at: &&Instant| (**at - sent[0]).as_secs() == second;
        let count = sent.iter().filter(of_it).count();
        assert!((98..=100).contains(&count), "{count} in second {second}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_polls_holds_up_no_other() {
    let limit = limit(10);
    let mut kept: Vec<_> = (0..17).map(|_| Box::pin(limit.wait(after(LONG)))).collect();
    for one in &mut kept {
        let _ = one.now_or_never();
    }
    // The first has gone, and 16 wait without being polled.
    let start = Instant::now();
    for _ in 0..50 {
        limit.wait(after(LONG)).await.expect("in time");
    }
    let took = start.elapsed().as_secs_f64();
    assert!(took < 1.7 + 5.1, "{took}");
    drop(kept.remove(0));
    join_all(kept).await;
}

#[tokio::test(start_paused = true)]
async fn any_limit_can_be_set() {
    assert!(taken(u32::MAX, 1000).await < Duration::from_secs(1));
    assert_eq!(taken(1, 1).await, Duration::ZERO);
    let never = later(Instant::now(), Duration::MAX);
    assert_eq!(limit(1).wait(never).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_caught_up_with_in_part() {
    let limit = limit(1000);
    limit.wait(after(LONG)).await.expect("in time");
    tokio::time::advance(Duration::from_secs(60)).await;
    let start = Instant::now();
    for _ in 0..8 {
        limit.wait(after(LONG)).await.expect("in time");
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    limit.wait(after(LONG)).await.expect("in time");
    assert!(start.elapsed() >= Duration::from_millis(1));
}

#[tokio::test(start_paused = true)]
async fn another_spacing_ends_no_pause() {
    let limit = RateLimit::default();
    let start = Instant::now();
    limit.pace(Duration::from_millis(500), Some(start + Duration::from_secs(30)));
    limit.pace(Duration::from_millis(250), None);
    limit.pace(Duration::from_millis(250), Some(start + Duration::from_secs(1)));
    limit.wait(after(LONG)).await.expect("in time");
    assert!(start.elapsed() >= Duration::from_secs(30), "{:?}", start.elapsed());
}
