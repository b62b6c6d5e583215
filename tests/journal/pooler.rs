//! A proxy before a PostgreSQL server that lends the server's connections, as PgBouncer does.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Mutex, Semaphore};

/// How it chooses the connection of a transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Order {
    /// As PgBouncer does.
    LastUsed,
    InTurn,
    /// A connection for each session, which is no pool.
    BySession,
}

struct Pool {
    idle: Mutex<VecDeque<UnixStream>>,
    permits: Semaphore,
    socket: PathBuf,
    order: Order,
}

const CONNECTIONS: usize = 3;

/// Returns its port.
pub(crate) async fn start(socket: &Path, order: Order) -> u16 {
    let mut idle = VecDeque::new();
    for _ in 0..CONNECTIONS {
        idle.push_back(connect(socket).await);
    }
    let pool = Pool { idle: Mutex::new(idle), permits: Semaphore::new(CONNECTIONS), socket: socket.to_owned(), order };
    let pool = Arc::new(pool);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let pool = pool.clone();
            tokio::spawn(async move { drop(serve(client, &pool).await) });
        }
    });
    port
}

/// A connection of the server that is ready for a statement.
async fn connect(socket: &Path) -> UnixStream {
    let mut server = UnixStream::connect(socket).await.unwrap();
    let parameters = b"user\0postgres\0database\0postgres\0client_encoding\0UTF8\0\0";
    let length = u32::try_from(parameters.len() + 8).unwrap();
    let mut startup = length.to_be_bytes().to_vec();
    startup.extend_from_slice(&196_608_u32.to_be_bytes());
    startup.extend_from_slice(parameters);
    server.write_all(&startup).await.unwrap();
    while message(&mut server).await.unwrap()[0] != b'Z' {}
    server
}

async fn message(from: &mut (impl AsyncReadExt + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; 5];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes(message[1..5].try_into().unwrap()) as usize;
    message.resize(length + 1, 0);
    from.read_exact(&mut message[5..]).await?;
    Ok(message)
}

async fn serve(mut client: TcpStream, pool: &Pool) -> std::io::Result<()> {
    let mut begin = [0; 8];
    loop {
        client.read_exact(&mut begin).await?;
        let length = u32::from_be_bytes(begin[..4].try_into().unwrap()) as usize;
        let mut rest = vec![0; length - 8];
        client.read_exact(&mut rest).await?;
        // It asks for TLS.
        if begin[4..] == 80_877_103_u32.to_be_bytes() {
            client.write_all(b"N").await?;
        } else {
            break;
        }
    }
    // It is let in, and told some process, and that it may begin.
    client.write_all(b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x01Z\0\0\0\x05I").await?;
    let mut own = (pool.order == Order::BySession).then_some(connect(&pool.socket).await);
    loop {
        // The first message of a transaction.
        let first = message(&mut client).await?;
        if first[0] == b'X' {
            return Ok(());
        }
        if let Some(server) = &mut own {
            transaction(&mut client, server, first).await?;
            continue;
        }
        let _permit = pool.permits.acquire().await;
        let lent = pool.idle.lock().await.pop_front();
        let mut server = lent.unwrap();
        transaction(&mut client, &mut server, first).await?;
        let mut idle = pool.idle.lock().await;
        match pool.order {
            Order::InTurn => idle.push_back(server),
            _ => idle.push_front(server),
        }
    }
}

/// Passes everything on until the transaction has ended.
async fn transaction(client: &mut TcpStream, server: &mut UnixStream, first: Vec<u8>) -> std::io::Result<()> {
    let mut next = Some(first);
    loop {
        let sent = match next.take() {
            Some(first) => first,
            None => message(client).await?,
        };
        server.write_all(&sent).await?;
        // Only these are answered at once.
        if !matches!(sent[0], b'Q' | b'S') {
            continue;
        }
        loop {
            let answer = message(server).await?;
            client.write_all(&answer).await?;
            if answer[0] == b'Z' {
                if answer[5] == b'I' {
                    return Ok(());
                }
                break;
            }
        }
    }
}
