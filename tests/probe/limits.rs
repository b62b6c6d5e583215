//! How often a host is asked, and how many packets it gets. Time is paused: it passes when nothing else is to be done.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use numport::SipTrunk;
use numport::model::{ProbeCheck, ProbeFinding};
use tokio::time::{Instant, advance, timeout};

use crate::names::Names;
use crate::servers::{response, udp};
use crate::{new_host, probe, prober};

#[tokio::test(start_paused = true)]
async fn a_host_is_asked_once_in_15_seconds() {
    let (port, requests) = udp(|_, _| Vec::new()).await;
    let trunk = SipTrunk::new(new_host("limits.test")).port(port);
    let first = probe(&trunk, &prober()).await;
    assert_eq!((first.packets, requests.count()), (4, 4));

    // Another prober has another resolver, so it is another question.
    let other = probe(&trunk, &prober()).await;
    assert_eq!(*other.finding(ProbeCheck::Answers), ProbeFinding::RateLimited { seconds: 15 });
    assert_eq!((other.packets, requests.count()), (0, 4));
    let upper = SipTrunk::new(trunk.host().unwrap().as_str().to_uppercase() + ".").port(port);
    assert_eq!(probe(&upper, &prober()).await.finding(ProbeCheck::Answers).code(), "rate_limited");
    let other_port = trunk.clone().port(5060);
    assert_eq!(probe(&other_port, &prober()).await.finding(ProbeCheck::Answers).code(), "rate_limited");

    advance(Duration::from_millis(14_900)).await;
    let other = probe(&trunk, &prober()).await;
    assert_eq!(*other.finding(ProbeCheck::Answers), ProbeFinding::RateLimited { seconds: 1 });
    advance(Duration::from_millis(100)).await;
    let second = probe(&trunk, &prober()).await;
    assert_eq!((second.packets, requests.count()), (4, 8));
}

#[tokio::test(start_paused = true)]
async fn probes_with_the_same_settings_share_one_result() {
    let (port, requests) = udp(|request, number| match number {
        3 => vec![response(request, "200 OK", "")],
        _ => Vec::new(),
    })
    .await;
    let trunk = SipTrunk::new(new_host("limits.test")).port(port);
    let prober = prober();
    let all = join_all((0..50).map(|_| probe(&trunk, &prober))).await;
    assert!(all.iter().all(|result| Arc::ptr_eq(result, &all[0])));
    advance(Duration::from_secs(14)).await;
    assert!(Arc::ptr_eq(&probe(&trunk, &prober).await, &all[0]));
    assert_eq!(requests.count(), 3);
}

/// A password is no reason for a second probe, and a result with another one is not shared.
#[tokio::test(start_paused = true)]
async fn another_password_has_no_part_in_a_result() {
    let (port, requests) = udp(|request, _| vec![response(request, "200 OK", "")]).await;
    let trunk = SipTrunk::new(new_host("limits.test")).port(port);
    let prober = prober();
    probe(&trunk.clone().credentials("alice", "one"), &prober).await;
    let before = requests.count();
    let other = probe(&trunk.clone().credentials("alice", "two"), &prober).await;
    assert_eq!(other.finding(ProbeCheck::Answers).code(), "rate_limited");
    assert_eq!(requests.count(), before);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_does_not_end_the_probe_of_others_and_begins_no_second_one() {
    let (port, requests) = udp(|_, _| Vec::new()).await;
    let trunk = SipTrunk::new(new_host("limits.test")).port(port);
    let prober = prober();
    assert!(timeout(Duration::from_secs(1), probe(&trunk, &prober)).await.is_err());
    let result = probe(&trunk, &prober).await;
    assert_eq!((result.packets, requests.count()), (4, 4));
}

/// The challenge comes late, so that every packet is used.
#[tokio::test(start_paused = true)]
async fn no_probe_sends_more_than_five_packets() {
    let (port, requests) = udp(|request, number| {
        let demand = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n\"\r\n";
        let one = response(request, "401 Unauthorized", demand);
        if number < 4 { Vec::new() } else { vec![one.clone(), one] }
    })
    .await;
    let trunk = SipTrunk::new(new_host("limits.test")).port(port).credentials("alice", "one");
    let result = probe(&trunk, &prober().realm("pbx")).await;
    assert_eq!((result.packets, requests.count()), (5, 5));
    assert_eq!(result.finding(ProbeCheck::Credentials).code(), "credentials_rejected");
}

/// Nor over several targets, the first of which refuse.
#[tokio::test(start_paused = true)]
async fn packets_are_counted_over_all_targets() {
    let (port, requests) = udp(|request, number| {
        let demand = "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n\"\r\n";
        if number < 2 { Vec::new() } else { vec![response(request, "401 Unauthorized", demand)] }
    })
    .await;
    let host = new_host("limits.test");
    let names = Names::default().address(&host, &["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
    let trunk = SipTrunk::new(&host).port(port).credentials("alice", "one");
    let result = probe(&trunk, &prober().resolver(names).realm("pbx")).await;
    assert_eq!((result.packets, requests.count()), (5, 3));

    let (silent, requests) = udp(|_, _| Vec::new()).await;
    let host = new_host("limits.test");
    let names = Names::default().address(&host, &["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
    let result = probe(&SipTrunk::new(&host).port(silent), &prober().resolver(names)).await;
    assert_eq!((result.packets, requests.count()), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_trunks_take_as_long_as_one() {
    let (port, requests) = udp(|_, _| Vec::new()).await;
    let prober = prober();
    let trunks: Vec<_> = (0..100).map(|_| SipTrunk::new(new_host("limits.test")).port(port)).collect();
    let begun = Instant::now();
    let results = join_all(trunks.iter().map(|trunk| probe(trunk, &prober))).await;
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    assert!(results.iter().all(|result| result.packets == 4));
    assert_eq!(requests.count(), 400);
}

#[tokio::test(start_paused = true)]
async fn a_probe_ends_in_time() {
    let (port, _) = udp(|_, _| Vec::new()).await;
    let trunk = SipTrunk::new(new_host("limits.test")).port(port);
    let begun = Instant::now();
    let result = probe(&trunk, &prober().timeout(Duration::from_secs(1))).await;
    assert_eq!(result.finding(ProbeCheck::Answers).code(), "no_answer");
    assert!(begun.elapsed() < Duration::from_secs(2) && result.packets == 2);
}
