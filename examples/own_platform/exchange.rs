//! The carrier.

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use numport::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars};
use numport::model::{AccountId, CallbackUrl, Calls, ProviderKind, Routing, Service};
use numport::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use numport::{E164, NumberSource, Result, Secret};
use serde_json::json;

use crate::models::{EXCHANGE, ExchangeToken, Line, LinePage, error_body, held, routing};

#[derive(Clone, Debug)]
pub struct Exchange {
    http: Client,
    token: Secret,
}

impl Connect for Exchange {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Provider(EXCHANGE), "https://api.exchange.example", error_body);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let token = vars.secret("EXCHANGE_TOKEN", "the token of the account");
        ClientBuilder::new(Auth::header("x-exchange-token", "token", &token), |http| Self { http, token })
    }
}

impl Exchange {
    fn lines(&self, number: Option<&E164>) -> BoxStream<'_, Result<Line>> {
        let first = Call::get("list lines", &["lines"]).query("number", number);
        self.http.pages(Ok(first), |page: LinePage| (page.lines, page.next.map_or(Next::End, Next::Link)))
    }

    async fn line(&self, number: &E164) -> Result<Option<Line>> {
        let mut lines = self.lines(Some(number));
        while let Some(line) = lines.try_next().await? {
            if line.number == *number {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl NumberProvider for Exchange {
    fn kind(&self) -> ProviderKind {
        EXCHANGE
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    fn source(&self) -> NumberSource {
        NumberSource::custom(EXCHANGE, ExchangeToken(self.token.clone()))
    }

    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        Ok(self.line(number).await?.map_or(Ownership::NotHeld, |line| Ownership::Held(held(line))))
    }

    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        self.lines(None).map_ok(held).boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

#[async_trait]
impl RoutingControl for Exchange {
    async fn check_point(&self, _: &CallbackUrl) -> Result<()> {
        Ok(())
    }

    async fn trunk_addresses(&self, _: &str) -> Result<Vec<CallbackUrl>> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        Ok(self.line(number).await?.as_ref().map(routing))
    }

    fn parts_of(&self, _setting: &str) -> &'static [&'static str] {
        &[]
    }

    fn is_attachment(&self, _: &str) -> bool {
        false
    }

    fn cleared_by(&self, _: &str) -> &'static [&'static str] {
        &[]
    }

    async fn restore(&self, before: &Routing) -> Result<Routing> {
        let route = json!({"url": before.settings.get("url")});
        let call = Call::put("set routing", &["lines", &before.id]).repeatable().json(&route);
        self.http.request::<Line>(call).await.map(|line| routing(&line))
    }

    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        let settings = [("url".to_owned(), address.as_str().to_owned())].into();
        self.restore(&Routing::new(routing.number, routing.id.clone(), Calls::Url(address.clone()), settings)).await
    }
}
