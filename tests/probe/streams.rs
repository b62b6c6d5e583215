//! TCP and TLS.

use numport::SipTrunk;
use numport::model::{CertificateFault, ProbeCheck, ProbeFinding, SipTransport};
use tokio::net::TcpListener;

use crate::servers::{ROOT, response, tcp, tls};
use crate::{codes, new_host, probe, prober};

fn trunk(domain: &str, port: u16, transport: SipTransport) -> SipTrunk {
    SipTrunk::new(new_host(domain)).port(port).transport(transport)
}

#[tokio::test]
async fn tcp_answers() {
    let (port, requests) = tcp(|request, _| {
        let mut both = b"\r\n\r\n".to_vec();
        both.extend(response(request, "100 Trying", ""));
        let with_body = String::from_utf8(response(request, "200 OK", "")).unwrap();
        both.extend(with_body.replace("Content-Length: 0\r\n\r\n", "Content-Length: 4\r\n\r\nbody").into_bytes());
        both
    })
    .await;
    let probe = probe(&trunk("tcp.test", port, SipTransport::Tcp), &prober()).await;
    assert_eq!(codes(&probe), "resolved reached not_tls answered not_challenged no_credentials");
    assert_eq!((requests.count(), probe.packets), (1, 1));
    assert!(requests.all()[0].contains(";transport=tcp SIP/2.0\r\nVia: SIP/2.0/TCP "));
}

#[tokio::test]
async fn a_closed_port_is_not_reachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for transport in [SipTransport::Tcp, SipTransport::Tls] {
        let probe = probe(&trunk("tcp.test", port, transport), &prober()).await;
        assert_eq!(codes(&probe), "resolved not_reached not_checked not_checked not_checked not_checked");
        assert_eq!(probe.packets, 0);
    }
}

#[tokio::test]
async fn a_connection_that_ends_or_talks_another_language_is_no_answer() {
    for (answer, code) in
        [("", "no_answer"), ("SSH-2.0-OpenSSH_9.2\r\n", "not_sip"), ("SIP/2.0 200 OK\r\nVia: x\r\n\r\n", "not_sip")]
    {
        let (port, _) = tcp(move |_, number| if number == 1 { answer.into() } else { Vec::new() }).await;
        let prober = prober().timeout(std::time::Duration::from_millis(300));
        let probe = probe(&trunk("tcp.test", port, SipTransport::Tcp), &prober).await;
        assert_eq!(probe.finding(ProbeCheck::Answers).code(), code, "{answer}");
        assert_eq!(probe.finding(ProbeCheck::Reachable).code(), "reached");
    }
}

#[tokio::test]
async fn an_endless_head_is_not_sip() {
    let endless = format!("SIP/2.0 200 OK\r\nServer: {}", "x".repeat(20_000));
    let (port, _) = tcp(move |_, _| endless.clone().into_bytes()).await;
    let probe = probe(&trunk("tcp.test", port, SipTransport::Tcp), &prober()).await;
    assert_eq!(probe.finding(ProbeCheck::Answers).code(), "not_sip");
}

#[tokio::test]
async fn a_certificate_for_the_name_is_valid() {
    let (port, requests) = tls(|request, _| response(request, "200 OK", "")).await;
    let prober = prober().root_certificates(ROOT);
    let probe = probe(&trunk("tls.test", port, SipTransport::Tls), &prober).await;
    assert_eq!(codes(&probe), "resolved reached certificate_valid answered not_challenged no_credentials");
    assert!(requests.all()[0].contains(";transport=tls SIP/2.0\r\nVia: SIP/2.0/TLS "));
}

/// The DNS may be forged, so the name that it gives is not the one that counts.
#[tokio::test]
async fn a_certificate_for_another_name_or_of_nobody_is_not_valid_and_nothing_is_sent() {
    let (port, requests) = tls(|request, _| response(request, "200 OK", "")).await;
    let other = new_host("example.org");
    let names = crate::names::Names::local().srv(&format!("_sips._tcp.{other}"), 1, 1, port, "sip.tls.test");
    let cases = [
        (trunk("example.org", port, SipTransport::Tls), prober().root_certificates(ROOT), CertificateFault::OtherName),
        (
            SipTrunk::new(&other).transport(SipTransport::Tls),
            prober().resolver(names).root_certificates(ROOT),
            CertificateFault::OtherName,
        ),
        (trunk("tls.test", port, SipTransport::Tls), prober(), CertificateFault::UnknownIssuer),
    ];
    for (trunk, prober, fault) in cases {
        let probe = probe(&trunk, &prober).await;
        assert_eq!(*probe.finding(ProbeCheck::Certificate), ProbeFinding::CertificateInvalid { fault });
        assert_eq!(codes(&probe), "resolved reached certificate_invalid not_checked not_checked not_checked");
        assert_eq!((requests.count(), probe.packets), (0, 0));
    }
}

#[tokio::test]
async fn a_port_without_tls_fails_the_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut connection, b"SIP/2.0 400 Bad Request\r\n\r\n").await;
        }
    });
    let probe = probe(&trunk("tls.test", port, SipTransport::Tls), &prober()).await;
    assert_eq!(codes(&probe), "resolved reached handshake_failed not_checked not_checked not_checked");
}

#[tokio::test]
async fn a_bad_root_certificate_is_refused_before_anything_is_sent() {
    let bad = prober().root_certificates("no certificate");
    let error = trunk("tls.test", 5061, SipTransport::Tls).probe(&bad).await.unwrap_err();
    assert!(error.to_string().contains("root_certificates"), "{error}");
}
