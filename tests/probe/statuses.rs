//! What answers over UDP, and what the findings say of it.

use numport::SipTrunk;
use numport::model::{ProbeCheck, ProbeFinding, Severity, SipTransport};
use tokio::net::UdpSocket;

use crate::servers::{response, udp};
use crate::{codes, new_host, probe, prober, said};

fn trunk(port: u16) -> SipTrunk {
    SipTrunk::new(new_host("udp.test")).port(port)
}

#[tokio::test]
async fn any_status_is_an_answer() {
    for (status, severity) in [
        ("200 OK", Some(Severity::Note)),
        ("404 Not Found", Some(Severity::Note)),
        ("405 Method Not Allowed", Some(Severity::Note)),
        ("486 Busy Here", Some(Severity::Note)),
        ("503 Service Unavailable", Some(Severity::Warning)),
    ] {
        let (port, requests) = udp(move |request, _| vec![response(request, status, "Server: Exchange 7\r\n")]).await;
        let probe = probe(&trunk(port), &prober()).await;
        assert_eq!(codes(&probe), "resolved reached not_tls answered not_challenged no_credentials");
        let expected = format!("SIP answers with {status} (it says it is Exchange 7)");
        assert_eq!((said(&probe, ProbeCheck::Answers), probe.severity()), (expected, severity));
        assert_eq!((requests.count(), probe.packets), (1, 1));
        let request = &requests.all()[0];
        assert!(request.contains("\r\nMax-Forwards: 70\r\n") && request.ends_with("Content-Length: 0\r\n\r\n"));
        assert!(request.contains(&format!("OPTIONS sip:{} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:", probe.address)));
    }
}

#[tokio::test]
async fn compact_and_folded_headers_and_provisional_responses_are_read() {
    let (port, requests) = udp(|request, _| {
        let trying = response(request, "100 Trying", "");
        let whole = String::from_utf8(response(request, "200 OK", "User-Agent: a\r\n b\r\n")).unwrap();
        let compact = whole.replace("Via:", "v :").replace("Call-ID:", "I:").replace("Content-Length:", "l:");
        vec![trying, b"\r\n\r\n".to_vec(), compact.into_bytes()]
    })
    .await;
    let probe = probe(&trunk(port), &prober()).await;
    assert_eq!(said(&probe, ProbeCheck::Answers), "SIP answers with 200 OK (it says it is a b)");
    assert_eq!(requests.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_the_fourth_packet_is_late_and_counts() {
    let (port, requests) = udp(|request, number| match number {
        4 => vec![response(request, "200 OK", "")],
        _ => Vec::new(),
    })
    .await;
    let probe = probe(&trunk(port), &prober()).await;
    assert_eq!(codes(&probe), "resolved reached not_tls answered not_challenged no_credentials");
    assert_eq!((requests.count(), probe.packets), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn silence_over_udp_leaves_open_whether_the_port_is_reachable() {
    let (port, requests) = udp(|_, _| Vec::new()).await;
    let probe = probe(&trunk(port), &prober()).await;
    assert_eq!(codes(&probe), "resolved reach_unknown not_tls no_answer not_checked not_checked");
    assert_eq!((probe.severity(), probe.packets), (Some(Severity::Warning), 4));
    assert_eq!(requests.count(), 4);
}

#[tokio::test]
async fn a_closed_port_is_not_reachable() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    drop(socket);
    let probe = probe(&trunk(port), &prober()).await;
    assert_eq!(codes(&probe), "resolved not_reached not_tls not_checked not_checked not_checked");
    let expected = format!("127.0.0.1:{port} (udp) is not reachable from here: the connection was refused");
    assert_eq!(said(&probe, ProbeCheck::Reachable), expected);
}

#[tokio::test(start_paused = true)]
async fn garbage_and_answers_to_other_requests_are_not_sip() {
    let garbage: [fn(&str) -> Vec<u8>; 8] = [
        |_| b"\xff\xfe\x00garbage".to_vec(),
        |_| b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        |_| b"SIP/2.0 2000 OK\r\n\r\n".to_vec(),
        |_| b"SIP/2.0 200 OK".to_vec(),
        |request| request.as_bytes().to_vec(),
        |request| response(&request.replace("branch=", "branch=x"), "200 OK", ""),
        |request| response(&request.replace("CSeq: 1", "CSeq: 2"), "200 OK", ""),
        |request| response(request, "200 OK", "Content-Length: 99999999999999999999\r\n"),
    ];
    for (case, garbage) in garbage.into_iter().enumerate() {
        let (port, requests) = udp(move |request, _| vec![garbage(request)]).await;
        let probe = probe(&trunk(port), &prober()).await;
        let expected = "resolved reached not_tls not_sip not_checked not_checked";
        assert_eq!(codes(&probe), expected, "case {case}");
        assert!(requests.count() <= 4);
    }
}

#[tokio::test]
async fn a_good_answer_behind_garbage_counts() {
    let (port, _) = udp(|request, _| vec![b"garbage".to_vec(), response(request, "200 OK", "")]).await;
    assert_eq!(probe(&trunk(port), &prober()).await.finding(ProbeCheck::Answers).code(), "answered");
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    let (elsewhere, untouched) = udp(|request, _| vec![response(request, "200 OK", "")]).await;
    let (port, requests) = udp(move |request, _| {
        let contact = format!("Contact: <sip:user:geheim@127.0.0.1:{elsewhere}>, <sip:b.example.com>;q=0.5\r\n");
        vec![response(request, "302 Moved Temporarily", &contact)]
    })
    .await;
    let probe = probe(&trunk(port), &prober()).await;
    let expected = ProbeFinding::Redirected {
        status: 302,
        contacts: vec![format!("sip:127.0.0.1:{elsewhere}"), "sip:b.example.com".to_owned()],
    };
    assert_eq!(*probe.finding(ProbeCheck::Answers), expected);
    assert_eq!((requests.count(), untouched.count()), (1, 0));
    assert!(!format!("{probe:?} {probe}").contains("geheim"));
}

#[tokio::test]
async fn texts_of_the_peer_are_short_and_safe() {
    let long = "x".repeat(5000);
    let (port, _) = udp(move |request, _| vec![response(request, "200 \x1b[2J", &format!("Server: {long}\r\n"))]).await;
    let probe = probe(&trunk(port), &prober()).await;
    let text = probe.to_string();
    assert!(!text.contains('\x1b') && text.len() < 1500, "{text}");
    let ProbeFinding::Answered { server: Some(server), .. } = probe.finding(ProbeCheck::Answers) else { panic!() };
    assert_eq!(server.len(), 100);
}

#[tokio::test]
async fn a_target_that_refuses_is_followed_by_the_next() {
    let (port, requests) = udp(|request, _| vec![response(request, "200 OK", "")]).await;
    let host = new_host("udp.test");
    let names = crate::names::Names::default().address(&host, &["127.0.0.2", "127.0.0.1"]);
    let prober = prober().resolver(names);
    let trunk = SipTrunk::new(&host).port(port).transport(SipTransport::Udp);
    let probe = probe(&trunk, &prober).await;
    assert_eq!(codes(&probe), "resolved reached not_tls answered not_challenged no_credentials");
    assert_eq!((requests.count(), probe.packets), (1, 2));
}
