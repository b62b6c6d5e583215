//! The speed of the sandbox with thousands of numbers: raw requests, one after the other, on one kept connection.
//!
//! `cargo bench --bench sandbox`. Absolute wall times on a busy machine mean little: compare within one run.
#![allow(missing_docs, clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use numport::model::PlatformKind;
use numport::sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

const NUMBERS: u64 = 10_000;

/// How often a short operation runs. The median is printed.
const TIMES: usize = 20;

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let begin = Instant::now();
    let (sandbox, mut connection) = runtime.block_on(filled());
    told("create 10,000 numbers", begin.elapsed());
    let find_all = async |connection: &mut Connection| {
        for nth in 0..NUMBERS {
            connection.find(nth).await;
        }
    };
    told("find 10,000 numbers", timed(|| runtime.block_on(find_all(&mut connection))));
    let list = |connection: &mut Connection| {
        runtime.block_on(connection.send("GET /v2/phone-number?limit=1000&page=5", "", "200"))
    };
    told("list 1,000 of 10,000", median(|| list(&mut connection)));
    told("read 10,000 records", median(|| sandbox.records(PlatformKind::VAPI)));
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let begin = Instant::now();
    black_box(run());
    begin.elapsed()
}

fn median<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut times = [(); TIMES].map(|()| timed(&mut run));
    times.sort();
    times[TIMES / 2]
}

fn told(what: &str, time: Duration) {
    println!("{what:<24} {:>9.3} ms", time.as_secs_f64() * 1000.0);
}

fn number(nth: u64) -> String {
    (14_155_550_000 + nth).to_string()
}

struct Connection {
    socket: TcpStream,
    host: String,
    key: String,
    buffer: Vec<u8>,
}

impl Connection {
    async fn new(sandbox: &Sandbox) -> Self {
        let var = |name| sandbox.var(name).expect("it is there");
        let host = var("VAPI_BASE_URL").replace("http://", "");
        let socket = TcpStream::connect(&host).await.expect("it listens");
        socket.set_nodelay(true).expect("a socket");
        Self { socket, host, key: var("VAPI_API_KEY"), buffer: vec![0; 1 << 20] }
    }

    /// Panics unless the response has this status. Returns the length of its body.
    async fn send(&mut self, line: &str, body: &str, status: &str) -> usize {
        let Self { host, key, .. } = self;
        let length = body.len();
        let head =
            format!("{line} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\ncontent-length: {length}");
        self.socket.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.expect("it is read");
        let mut read = 0;
        loop {
            read += self.socket.read(&mut self.buffer[read..]).await.expect("it answers");
            let text = std::str::from_utf8(&self.buffer[..read]).expect("text");
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{text}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            if length.parse() == Ok(body.len()) {
                return body.len();
            }
        }
    }

    async fn create(&mut self, nth: u64) {
        let body = format!(
            r#"{{"provider":"byo-phone-number","number":"+{}","credentialId":"{CREDENTIAL}","name":"Desk {nth}"}}"#,
            number(nth)
        );
        self.send("POST /phone-number", &body, "201").await;
    }

    /// Looks up a number as the client does, by its digits.
    async fn find(&mut self, nth: u64) {
        let length = self.send(&format!("GET /v2/phone-number?search={}", number(nth)), "", "200").await;
        assert!((200..1000).contains(&length), "one number: {length} bytes");
    }
}

/// The first id that a sandbox assigns.
const CREDENTIAL: &str = "00000000-0000-4000-8000-000000000001";

/// A sandbox with all the numbers.
async fn filled() -> (Sandbox, Connection) {
    let sandbox = Sandbox::builder().keep_bodies(false).start().await.expect("it starts");
    let mut connection = Connection::new(&sandbox).await;
    connection.send("POST /credential", r#"{"provider":"byo-sip-trunk","gateways":[]}"#, "201").await;
    for nth in 0..NUMBERS {
        connection.create(nth).await;
    }
    (sandbox, connection)
}
