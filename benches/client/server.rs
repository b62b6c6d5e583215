//! A server that always returns the same response. It runs in a process of its own, so that its cost is not measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use super::NUMBER;

/// The text before the number in both bodies. All numbers have the same length.
const FIELD: &[u8] = b"\"number\":\"";

/// A server in another process, which is killed on drop.
pub struct Server {
    process: Child,
    pub address: String,
}

impl Server {
    /// Runs this program as the server.
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program).arg("serve").stdout(Stdio::piped()).spawn().expect("it starts");
        let mut address = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut address).expect("it tells its address");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until it is killed. A GET returns the list, and any other request returns the number.
pub fn serve(number: &str, list: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    let answer = |status: &str, body: &str| {
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
        format!("{head}\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-request-id: 5f1c0d2e\r\n\r\n{body}")
    };
    let (number, list) = (answer("201 Created", number), answer("200 OK", list));
    std::thread::scope(|scope| {
        for socket in listener.incoming().map_while(Result::ok) {
            scope.spawn(|| answer_all(socket, &number, &list));
        }
    });
}

/// Reads requests whose bodies have a content length. The clients send no others.
fn answer_all(socket: TcpStream, number: &str, list: &str) -> Option<()> {
    socket.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(socket.try_clone().ok()?);
    let (mut socket, mut line, mut body) = (socket, String::new(), Vec::new());
    let mut number = number.as_bytes().to_vec();
    let after = |text: &[u8]| text.windows(FIELD.len()).position(|window| window == FIELD).map(|at| at + FIELD.len());
    let place = after(&number)?;
    loop {
        let (mut length, mut is_get) = (0, None);
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            is_get.get_or_insert(line.starts_with("GET "));
            let Some((name, value)) = line.split_once(':') else {
                if line == "\r\n" {
                    break;
                } else {
                    continue;
                };
            };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
        if is_get == Some(true) {
            socket.write_all(list.as_bytes()).ok()?;
            continue;
        }
        number[place..place + NUMBER.len()].copy_from_slice(&body[after(&body)?..][..NUMBER.len()]);
        socket.write_all(&number).ok()?;
    }
}
