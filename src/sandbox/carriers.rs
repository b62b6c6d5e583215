//! Takeovers of numbers by platforms, at any carrier.

use jiff::Timestamp;

/// What a carrier allows a platform to do.
pub(super) trait Carrier {
    /// Changes the routing of a number's calls and messages. A platform without a login uses the one in the sandbox's
    /// variables.
    fn take_over(
        &mut self,
        now: Timestamp,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied>;
}

/// The credentials that a platform has for a carrier. The carrier decides which of them are required.
#[derive(Clone, Copy, Default)]
pub(super) struct Login<'a> {
    /// The account's id.
    pub(super) account: &'a str,
    pub(super) token: Option<&'a str>,
    /// The id and the secret of a key.
    pub(super) key: Option<(&'a str, &'a str)>,
}

/// The routing that a platform sets: URLs, or ids of the carrier's applications. `None` keeps the present value.
#[derive(Clone, Copy, Default)]
pub(super) struct Routing<'a> {
    pub(super) calls: Option<&'a str>,
    pub(super) messages: Option<&'a str>,
}

/// The reason why a carrier refuses a takeover.
#[derive(Clone, Copy, Debug)]
pub(super) enum Denied {
    /// The login is not valid.
    Login,
    /// The account does not hold the number.
    Number,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ProviderKind, Service};
    use crate::sandbox::api::{About, Api, Context, Shared};
    use crate::sandbox::message::{Answer, Reply, Request};
    use crate::sandbox::records::{Object, fields, set};

    /// A carrier with one number, which belongs to no account and needs a token.
    struct Parrot(Object);

    static ABOUT: About = About {
        service: Service::Provider(ProviderKind::from_static("parrot")),
        base_url: "PARROT_BASE_URL",
        base_path: "",
        credentials: &[],
        closed_sets: &[],
    };

    impl Api for Parrot {
        fn about(&self) -> &'static About {
            &ABOUT
        }

        fn answer(&mut self, _: &mut Context<'_>, request: &Request<'_>) -> Answer {
            Err(self.refusal(request, 404, None))
        }

        fn refusal(&self, _: &Request<'_>, status: u16, _: Option<&str>) -> Reply {
            Reply::empty(status)
        }

        fn records(&self) -> Vec<&Object> {
            vec![&self.0]
        }

        fn as_carrier(&mut self) -> Option<&mut dyn Carrier> {
            Some(self)
        }
    }

    impl Carrier for Parrot {
        fn take_over(
            &mut self,
            _: Timestamp,
            login: Option<&Login<'_>>,
            number: &str,
            routing: &Routing<'_>,
        ) -> Result<(), Denied> {
            login.and_then(|login| login.token).ok_or(Denied::Login)?;
            if self.0["number"] != number {
                return Err(Denied::Number);
            }
            set(&mut self.0, "calls", routing.calls);
            Ok(())
        }
    }

    #[test]
    fn a_takeover_reaches_the_carrier_of_that_name() {
        let (mut shared, number) = (Shared::new(1), "+13125550100");
        let mut apis: [Box<dyn Api>; 1] = [Box::new(Parrot(fields(json!({"number": number}))))];
        let mut context = Context::new(&mut shared, [&mut [], &mut apis]);
        let routing = Routing { calls: Some("app-1"), ..Routing::default() };
        let parrot = ProviderKind::from_static("parrot");
        let login = Login { token: Some("t"), ..Login::default() };
        assert!(matches!(context.take_over(parrot, None, number, &routing), Err(Denied::Login)));
        assert!(matches!(context.take_over(parrot, Some(&login), "+1", &routing), Err(Denied::Number)));
        assert!(context.take_over(ProviderKind::SIP_TRUNK, None, number, &routing).is_ok(), "it is not served");
        assert!(context.take_over(parrot, Some(&login), number, &routing).is_ok());
        assert_eq!(apis[0].records()[0]["calls"], "app-1");
    }
}
