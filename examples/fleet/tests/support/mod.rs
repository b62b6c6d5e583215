//! A PostgreSQL server: the one in `DATABASE_URL`, or one that the test starts with the installed programs.

#[path = "../../../../tests/journal/server.rs"]
#[allow(dead_code)] // the library's tests need more of it
mod server;

pub struct Postgres {
    url: String,
    _own: Option<server::Postgres>,
}

impl Postgres {
    /// `None`, and a line, if there is no server. If the programs are installed and it does not start, the test fails.
    pub fn find(test: &str) -> Option<Self> {
        match std::env::var("DATABASE_URL") {
            Ok(url) if url.starts_with("postgres") => Some(Self { url, _own: None }),
            _ => {
                let own = server::Postgres::start(test)?;
                Some(Self { url: own.url("postgres"), _own: Some(own) })
            }
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}
