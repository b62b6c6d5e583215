//! The service on the sandbox:
//!
//! ```sh
//! cargo run --manifest-path examples/service/Cargo.toml
//! curl -i http://127.0.0.1:3000/numbers -H 'content-type: application/json' -d '{ "number": "+14155552671" }'
//! ```

use numport::sandbox::Sandbox;
use numport::{Importer, Twilio, Vapi};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let sandbox = Sandbox::start().await?; // with accounts of your own: `Twilio::from_env()?`, `Vapi::from_env()?`
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service::router(importer)).await?;
    Ok(())
}
