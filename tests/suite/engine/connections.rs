//! Proxies, resolved addresses and connection pools.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use numport::error::Delivery;
use numport::{Error, Interactly, RetryPolicy};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::support::{KEY, server};

/// A proxy or another host, which closes each connection. Returns the beginning of what each client sent.
async fn listener() -> (u16, tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (came, all) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut start = vec![0; 8192];
            let length = connection.read(&mut start).await.unwrap_or(0);
            start.truncate(length);
            let _ = came.send(start);
        }
    });
    (port, all)
}

const CHILD: &str = "NUMPORT_TEST_ASKS";

/// Not a test of its own: the next test runs it in a process with other variables.
#[tokio::test]
async fn sends_a_request_if_the_environment_says_so() {
    let Ok(uri) = std::env::var(CHILD) else { return };
    Interactly::builder(KEY).base_url(uri).build().unwrap().list_numbers(None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_environment_sees_nothing_of_loopback() {
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let (port, mut came) = listener().await;
        let server = server(ResponseTemplate::new(200).set_body_string("[]")).await;
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "engine::connections::sends_a_request_if_the_environment_says_so"]);
        for other in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            child.env_remove(other);
        }
        child.env(CHILD, server.uri()).env(variable, format!("http://127.0.0.1:{port}"));
        let ended = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
        assert!(came.try_recv().is_err(), "{variable}: the proxy was asked");
        assert!(ended.status.success(), "{variable}: {}", String::from_utf8_lossy(&ended.stdout));
        assert_eq!(server.received_requests().await.unwrap().len(), 1, "{variable}");
    }
}

#[tokio::test]
async fn a_proxy_is_not_used_for_loopback_and_its_password_is_not_shown() {
    let (port, mut came) = listener().await;
    let proxy = format!("http://user:pass-word@127.0.0.1:{port}");
    let builder = || Interactly::builder(KEY).proxy(proxy.clone()).retry(RetryPolicy::never());
    let client = builder().base_url("https://voice.example.com").build().unwrap();
    let error = client.list_numbers(None).await.unwrap_err();
    let connect = String::from_utf8(came.try_recv().expect("the proxy is asked")).unwrap();
    assert!(connect.starts_with("CONNECT voice.example.com:443 "), "{connect}");
    assert!(connect.to_ascii_lowercase().contains("proxy-authorization: basic "), "{connect}");
    assert!(!connect.contains(KEY), "{connect}");
    assert_eq!(error.call().unwrap().delivery, Delivery::NotSent);
    assert!(!format!("{error:?} {}", error.report()).contains("pass-word"), "{error:?}");

    let server = server(ResponseTemplate::new(200).set_body_string("[]")).await;
    builder().base_url(server.uri()).build().unwrap().list_numbers(None).await.unwrap();
    assert!(came.try_recv().is_err(), "the proxy was asked");
    assert!(!format!("{:?}", builder()).contains("pass-word"));
}

#[tokio::test]
async fn a_host_is_reached_at_the_given_addresses() {
    let (port, mut came) = listener().await;
    let uri = format!("https://voice.example.com:{port}");
    let client = Interactly::builder(KEY).base_url(uri).no_proxy().retry(RetryPolicy::never());
    let client = client.resolve("voice.example.com", [IpAddr::from(Ipv4Addr::LOCALHOST)]).build().unwrap();
    let error = client.list_numbers(None).await.unwrap_err();
    let hello = came.try_recv().expect("the address is asked");
    assert_eq!(hello[0], 22, "a TLS handshake");
    assert!(hello.windows(17).any(|part| part == b"voice.example.com"), "the host's own certificate is asked for");
    assert_eq!(error.call().unwrap().delivery, Delivery::NotSent);
}

#[tokio::test]
async fn connections_are_kept_as_configured() {
    for (kept, expected) in [(0, 3), (usize::MAX, 1)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    while connection.read(&mut [0; 8192]).await.is_ok_and(|length| length > 0) {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";
                        tokio::io::AsyncWriteExt::write_all(&mut connection, answer).await.unwrap();
                    }
                });
            }
        });
        let client = Interactly::builder(KEY).base_url(uri).pool_max_idle_per_host(kept).pool_idle_timeout(None);
        let client = client.tcp_keepalive(None).build().unwrap();
        for _ in 0..3 {
            client.list_numbers(None).await.unwrap();
        }
        assert_eq!(connections.load(Ordering::SeqCst), expected, "{kept}");
    }
}

pub(super) fn fields(built: Result<Interactly, Error>) -> Vec<String> {
    let Error::Invalid(invalid) = built.unwrap_err() else { panic!("a setting") };
    invalid.problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn invalid_settings_are_refused() {
    let builder = || Interactly::builder(KEY);
    for proxy in ["proxy.example.com", "socks5://proxy.example.com", "file:///x", ""] {
        assert_eq!(fields(builder().proxy(proxy).build()), ["proxy"], "{proxy}");
    }
    let error = builder().proxy("socks5://user:pass-word@[").build().unwrap_err();
    assert!(!error.to_string().contains("pass-word"), "{error}");
    let away = [IpAddr::from([192, 0, 2, 1])];
    assert_eq!(fields(builder().resolve("LOCALHOST.", away).build()), ["resolve"]);
    assert_eq!(fields(builder().resolve("api.example.com", []).build()), ["resolve"]);
    let own = builder().http_client(reqwest::Client::new()).proxy("http://127.0.0.1:1").tcp_keepalive(None);
    let own = own.resolve("api.example.com", away).pool_idle_timeout(None).pool_max_idle_per_host(1);
    let without_effect = ["proxy", "resolve", "tcp_keepalive", "pool_idle_timeout", "pool_max_idle_per_host"];
    assert_eq!(fields(own.build()), without_effect);
}

#[tokio::test]
async fn durations_of_any_length_are_accepted() {
    use std::time::Duration;
    let server = server(ResponseTemplate::new(200).set_body_string("[]")).await;
    let policy = RetryPolicy::default().deadline(Duration::MAX).max_backoff(Duration::MAX);
    let policy = policy.initial_backoff(Duration::MAX);
    let client = Interactly::builder(KEY).base_url(server.uri()).retry(policy).timeout(Duration::MAX);
    let client = client.connect_timeout(Duration::MAX).pool_idle_timeout(Some(Duration::MAX));
    let client = client.tcp_keepalive(Some(Duration::from_secs(3600))).build().unwrap();
    client.list_numbers(None).await.unwrap();
    let lost = Interactly::builder(KEY).base_url("http://127.0.0.1:1").retry(policy).timeout(Duration::MAX);
    let error = lost.build().unwrap().list_numbers(None).await.unwrap_err();
    assert!(matches!(error.call().unwrap().delivery, Delivery::NotSent));
}
