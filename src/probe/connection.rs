//! Connects to a target, by the address that was checked.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio_rustls::client::TlsStream;

use crate::model::ReachFault;

/// The largest datagram.
const DATAGRAM: usize = 65_535;

pub(super) enum Connection {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Opens a socket to the target. It gets datagrams of this peer alone.
pub(super) async fn udp(peer: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(peer).await?;
    Ok(socket)
}

impl Connection {
    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Udp(socket) => socket.local_addr(),
            Self::Tcp(stream) => stream.local_addr(),
            Self::Tls(stream) => stream.get_ref().0.local_addr(),
        }
    }

    pub(super) const fn is_udp(&self) -> bool {
        matches!(self, Self::Udp(_))
    }

    pub(super) async fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.send(octets).await.map(drop),
            Self::Tcp(stream) => stream.write_all(octets).await,
            Self::Tls(stream) => {
                stream.write_all(octets).await?;
                stream.flush().await
            }
        }
    }

    /// Receives a datagram in place of what is there, or more of a stream behind it. Safe to drop while it waits.
    pub(super) async fn receive(&mut self, octets: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Udp(socket) => {
                octets.resize(DATAGRAM, 0);
                let length = socket.recv(octets).await?;
                octets.truncate(length);
                Ok(length)
            }
            Self::Tcp(stream) => stream.read_buf(octets).await,
            Self::Tls(stream) => stream.read_buf(octets).await,
        }
    }
}

pub(super) fn fault(error: &io::Error) -> ReachFault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ReachFault::Refused,
        io::ErrorKind::TimedOut => ReachFault::TimedOut,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::AddrNotAvailable => {
            ReachFault::NoRoute
        }
        _ => ReachFault::Other,
    }
}
