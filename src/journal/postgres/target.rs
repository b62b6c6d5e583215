//! Where the database is, and how it is connected to.

use std::any::TypeId;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::task::AbortHandle;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, NoTls, Socket};

use super::faults::{fault, unsuitable};
use crate::journal::JournalError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What tokio-postgres has if the user says nothing.
const USUAL_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

type Connected = (Client, BoxFuture<'static, ()>);
type Connect = dyn Fn(&Config) -> BoxFuture<'static, Result<Connected, tokio_postgres::Error>> + Send + Sync;

pub(super) struct Target {
    config: Config,
    /// Hosts and database, for errors. It never has the user or the password.
    pub(super) place: String,
    connect: Arc<Connect>,
}

impl Target {
    pub(super) fn new<T>(config: &str, tls: T) -> Result<Self, JournalError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::TlsConnect: Send,
        T::Stream: Send + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let mut config = read(config)?;
        let place = place(&config);
        check_tls(&mut config, TypeId::of::<T>() == TypeId::of::<NoTls>())
            .map_err(|cause| unsuitable(&place, cause))?;
        if config.get_application_name().is_none() {
            config.application_name("numport journal");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_hosts().len().max(config.get_hostaddrs().len()) > 1 {
            // One of them is not a standby, and all processes have to find it.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_keepalives_idle() == USUAL_IDLE {
            config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
            config.keepalives_retries(3);
        }
        let connect = move |config: &Config| -> BoxFuture<'static, _> {
            let (config, tls) = (config.clone(), tls.clone());
            Box::pin(async move {
                let (client, connection) = config.connect(tls).await?;
                // Every statement that was under way fails with it.
                let driven: BoxFuture<'static, ()> = Box::pin(async move { drop(connection.await) });
                Ok((client, driven))
            })
        };
        Ok(Self { config, place, connect: Arc::new(connect) })
    }

    /// Opens a session. Aborting the task closes it.
    pub(super) async fn open(&self) -> Result<(Client, AbortHandle), JournalError> {
        let opened = (self.connect)(&self.config).await;
        let (client, driven) = opened.map_err(|error| fault(&self.place, &error))?;
        Ok((client, tokio::spawn(driven).abort_handle()))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

/// Nothing of a text that cannot be read is shown, since a part of its password may be taken for something else.
fn read(text: &str) -> Result<Config, JournalError> {
    let refused = |cause: String| Err(unsuitable("postgres://…", cause));
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let authority = text.split(['?']).next().unwrap_or_default();
    if is_url && authority.matches('@').count() > 1 {
        return refused("the URL has more than one `@`; write the one in the password as `%40`".to_owned());
    }
    match text.parse::<Config>() {
        Ok(config) if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() => {
            refused("the connection string names no host".to_owned())
        }
        Ok(config) => Ok(config),
        Err(error) => {
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            // The name of an option, which is ours to show if it is one of libpq's.
            let option =
                ["sslmode", "port", "host", "hostaddr", "connect_timeout", "target_session_attrs", "keepalives"];
            let named = option.iter().find(|option| source == format!("invalid value for option `{option}`"));
            match named {
                Some(&"sslmode") => refused(
                    "`sslmode` must be disable, prefer or require; the TLS connector verifies certificates".to_owned(),
                ),
                Some(option) => refused(format!("`{option}` has an invalid value")),
                None => refused("the connection string is not valid; percent-encode the password in a URL".to_owned()),
            }
        }
    }
}

fn place(config: &Config) -> String {
    let mut text = "postgres://".to_owned();
    for (index, host) in config.get_hosts().iter().enumerate() {
        let host = match host {
            Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        let ports = config.get_ports();
        let port = ports.get(index).or(ports.first()).map(|port| format!(":{port}")).unwrap_or_default();
        // Writing to a text succeeds.
        let _ = write!(text, "{}{host}{port}", if index == 0 { "" } else { "," });
    }
    if config.get_hosts().is_empty() {
        let hosts: Vec<_> = config.get_hostaddrs().iter().map(ToString::to_string).collect();
        text.push_str(&hosts.join(","));
    }
    if let Some(name) = config.get_dbname() {
        let _ = write!(text, "/{name}");
    }
    text
}

/// With a connector, nothing is sent without TLS unless the user says so. Without one, only to this machine.
fn check_tls(config: &mut Config, is_without: bool) -> Result<(), &'static str> {
    let addresses = config.get_hostaddrs();
    let is_elsewhere = |host: &Host| match host {
        Host::Tcp(name) => name != "localhost" && !name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => false,
    };
    let is_here = match addresses {
        [] => !config.get_hosts().iter().any(is_elsewhere),
        addresses => addresses.iter().all(std::net::IpAddr::is_loopback),
    };
    match (is_without, config.get_ssl_mode()) {
        (_, SslMode::Disable) => Ok(()),
        (true, SslMode::Prefer) if is_here => Ok(()),
        (true, SslMode::Prefer) => {
            Err("the server is on another machine: pass a TLS connector in place of `NoTls`, or \
                                        write `sslmode=disable` to send everything without TLS")
        }
        (true, _) => Err("`sslmode=require` needs a TLS connector in place of `NoTls`"),
        // There is no TLS on a Unix socket.
        #[cfg(unix)]
        (false, SslMode::Prefer)
            if addresses.is_empty() && config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) =>
        {
            Ok(())
        }
        (false, _) => {
            config.ssl_mode(SslMode::Require);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: &str) -> String {
        Target::new(config, NoTls).unwrap_err().to_string()
    }

    #[test]
    fn without_a_connector_only_this_machine_is_reached_unless_the_user_says_so() {
        for config in ["postgres://u:planted@db.example.com/x", "host=10.0.0.1 user=u password=planted"] {
            assert!(refused(config).contains("pass a TLS connector"), "{config}");
        }
        let required = refused("postgres://u:planted@localhost/x?sslmode=require");
        assert!(required.contains("`sslmode=require` needs a TLS connector"), "{required}");
        for config in ["postgres://u@127.0.0.1", "host=/run/postgresql", "postgres://u@db.example.com?sslmode=disable"]
        {
            assert!(Target::new(config, NoTls).is_ok(), "{config}");
        }
    }

    #[test]
    fn with_a_connector_nothing_is_sent_without_tls() {
        let mode = |text: &str| {
            let mut config = read(text).unwrap();
            check_tls(&mut config, false).unwrap();
            config.get_ssl_mode()
        };
        assert_eq!(mode("postgres://u@localhost"), SslMode::Require);
        assert_eq!(mode("host=/run/postgresql,db.example.com"), SslMode::Require);
        assert_eq!(mode("host=/run/postgresql"), SslMode::Prefer);
        assert_eq!(mode("postgres://u@localhost?sslmode=disable"), SslMode::Disable);
    }

    #[test]
    fn no_part_of_a_password_is_shown() {
        for config in [
            "postgres://u:plan@ted@localhost/x",
            "postgres://u:plan/ted@localhost/x",
            "postgres://u:planted@localhost:port/x",
            "postgres://u:plan%zzted@localhost/x",
            "postgres://u:planted@db.example.com/x?sslmode=verify-full",
            "host=localhost password=plan ted",
            "host=localhost password='planted",
            "planted",
            "postgres://u:planted@db.example.com/x",
        ] {
            // One with a slash in its password is read as it is meant.
            let said =
                Target::new(config, NoTls).map_or_else(|error| error.to_string(), |target| format!("{target:?}"));
            assert!(!["plan", "ted@", "ted "].iter().any(|part| said.contains(part)), "{config}: {said}");
        }
        let target = Target::new("postgres://u:planted@localhost:77/x", NoTls).unwrap();
        assert_eq!(format!("{target:?}"), "postgres://localhost:77/x");
    }
}
