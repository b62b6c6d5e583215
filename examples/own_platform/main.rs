//! A platform and a carrier of your own. Both use HTTP, and both pass the test suites of this crate's own platforms.
//!
//! ```sh
//! cargo run --example own_platform
//! ```
//!
//! `parrot.rs` is the platform and `exchange.rs` the carrier. Each has a typed client on `numport::http`, with its
//! retries, limits, redaction and errors, and implements one trait. `models.rs` contains their requests and responses.
//! `server.rs` is a small server that serves both APIs.
#![allow(clippy::print_stdout, unreachable_pub)]

mod exchange;
mod models;
mod parrot;
mod server;

use std::error::Error;

use numport::conformance::{self, provider};
use numport::http::Connect;
use numport::{E164, ImportRequest, Importer, NumberProvider};

use exchange::Exchange;
use parrot::Parrot;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let numbers = conformance::numbers(40);
    let server = server::start(&numbers).await;
    let variable = |name: &str| match name {
        "PARROT_API_KEY" => Some(server::PARROT_KEY.to_owned()),
        "EXCHANGE_TOKEN" => Some(server::EXCHANGE_TOKEN.to_owned()),
        "PARROT_BASE_URL" | "EXCHANGE_BASE_URL" => Some(server.uri()),
        _ => None,
    };
    let parrot = Parrot::from_vars(variable)?;
    let exchange = Exchange::from_vars(variable)?;

    let mut subject = conformance::Subject::new(&parrot, exchange.source(), numbers.iter().skip(5).copied());
    conformance::all(&mut subject).await;
    println!("parrot passes what every platform must pass");

    let held: [E164; 2] = [numbers[0], numbers[1]];
    let subject = provider::Subject::new(&exchange, held, "+14155559999".parse()?).another_routing(|settings| {
        settings.insert("url".to_owned(), "https://pbx.example.com/another".to_owned());
    });
    provider::all(&subject).await;
    println!("exchange passes what every carrier must pass");

    // They work together as any others do: look before, import, and the way back.
    let importer = Importer::new(exchange.clone(), parrot.clone());
    let imported = importer.import(ImportRequest::new(numbers[2]).label("Front desk").agent("polly")).await?;
    println!("{imported}");
    if let Some(before) = &imported.routing_before {
        println!("{}", importer.restore(before).await?);
    }
    Ok(())
}
