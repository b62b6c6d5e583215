//! Requests and responses of HTTP/1.1, read and written by hand.

use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A complete request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The number of its connection; the first is 0.
    pub(crate) connection: usize,
    pub(crate) method: String,
    /// The path and the query, as they were sent.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The method and the target.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// Whether it reads. Twirp calls are POSTs, whose names tell.
    pub(crate) fn is_read(&self) -> bool {
        let name = self.path().rsplit('/').next().unwrap_or_default();
        let reads = ["List", "Get"].iter().any(|verb| name.starts_with(verb));
        self.method == "GET" || (self.path().contains("/twirp/") && reads)
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A parameter of the query, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body; null if it is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// A complete response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// All headers except the content length.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }.header("content-type", content_type)
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same response with another body, if it has JSON.
    pub(crate) fn edited(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        if let Ok(mut body) = serde_json::from_slice(&self.body) {
            edit(&mut body);
            self.body = body.to_string().into_bytes();
        }
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} Answer\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
        bytes.extend(&self.body);
        bytes
    }
}

/// One side of a connection, with the data that was read and not used yet.
pub(super) struct Stream {
    pub(super) socket: TcpStream,
    read: Vec<u8>,
}

/// A head: its first line and its headers.
struct Head {
    line: String,
    headers: Vec<(String, Vec<u8>)>,
}

impl Stream {
    pub(super) fn new(socket: TcpStream) -> Self {
        Self { socket, read: Vec::new() }
    }

    /// The next request; `None` if the client closes the connection before it is complete.
    pub(super) async fn request(&mut self, connection: usize) -> Option<Request> {
        let head = self.head().await?;
        let body = self.body(&head).await.ok()?;
        let mut line = head.line.split(' ').map(str::to_owned);
        let text = |(name, value): (String, Vec<u8>)| (name, String::from_utf8_lossy(&value).into_owned());
        let headers = head.headers.into_iter().map(text).collect();
        Some(Request { connection, method: line.next()?, target: line.next()?, headers, body })
    }

    /// The next response, or its beginning if the connection breaks.
    pub(super) async fn response(&mut self) -> Result<Response, Vec<u8>> {
        let Some(head) = self.head().await else { return Err(std::mem::take(&mut self.read)) };
        let status = head.line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let body = self.body(&head).await;
        let headers = head.headers.into_iter().filter(|(name, _)| name != "content-length").collect();
        match body {
            Ok(body) => Ok(Response { status, headers, body }),
            Err((part, length)) => {
                let mut bytes = Response { status, headers, body: vec![0; length] }.bytes();
                bytes.truncate(bytes.len() - length);
                bytes.extend(part);
                Err(bytes)
            }
        }
    }

    /// Waits until the other side closes the connection, and ignores what it sends until then.
    pub(super) async fn closed(&mut self) {
        while self.more().await {
            self.read.clear();
        }
    }

    async fn head(&mut self) -> Option<Head> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if !self.more().await {
                return None;
            }
        };
        let head: Vec<u8> = self.read.drain(..end + 4).collect();
        let mut lines = head[..end].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        let line = String::from_utf8_lossy(lines.next()?).into_owned();
        let headers = lines.filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            Some((name, line[colon + 1..].trim_ascii().to_vec()))
        });
        Some(Head { line, headers: headers.collect() })
    }

    /// The body that a head announces, or its beginning, and its length.
    async fn body(&mut self, head: &Head) -> Result<Vec<u8>, (Vec<u8>, usize)> {
        let header = |name| head.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        assert!(header("transfer-encoding").is_none(), "neither our clients nor the sandbox send chunks");
        let length = header("content-length").and_then(|length| std::str::from_utf8(length).ok()?.parse().ok());
        let length = length.unwrap_or(0);
        while self.read.len() < length {
            if !self.more().await {
                return Err((std::mem::take(&mut self.read), length));
            }
        }
        Ok(self.read.drain(..length).collect())
    }

    /// Reads the available data; false at the end.
    async fn more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        let read = self.socket.read(&mut buffer).await.unwrap_or(0);
        self.read.extend_from_slice(&buffer[..read]);
        read > 0
    }
}
