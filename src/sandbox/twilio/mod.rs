//! Twilio: an account and a subaccount that hold numbers, each with a token, a SIP trunk and an application of its own.
//!
//! The account holds `+14155552671`, `+12125550123`, `+442071838750`, `+4915223433333` and `+18005550199`, whose calls go to a
//! voice URL of Twilio. [`held_numbers`](SandboxBuilder::held_numbers) and [`hold`](SandboxBuilder::hold) replace
//! them. A [`TwilioNumber`] sets which account holds it, and its routing. `+13125550142` is verified as a caller id,
//! but not held. The trunking API is on the same port as the main API.
//!
//! The sandbox's variables have the account's token. [`TwilioHandle::api_key`] returns an API key, which Cartesia needs.
//! [`TwilioHandle::rotate_auth_token`] renews a token. The sandbox then refuses the old one, also from a platform.
//!
//! A platform with an account's credentials takes over a number by setting its URLs. A trunk or an application of the
//! number is kept and takes precedence: [`TwilioHandle::calls_go_to`] returns where calls go. Each change moves the
//! dates forward by at least a second.

mod account;
mod caller_id;
mod handle;
mod held;
mod list;
mod number;
mod trunk;
mod trunks;
mod update;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::account::{Caller, MAIN, Tokens, refused};
pub use self::handle::TwilioHandle;
pub use self::held::TwilioNumber;
use self::held::{Numbers, Setup};
use self::trunks::Trunks;
use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::carriers::{Carrier, Denied, Login, Routing};
use super::message::{Answer, Reply, Request, phrase};
use super::records::Object;
use crate::model::{ProviderKind, Service};

static ABOUT: About = About {
    service: Service::Provider(ProviderKind::TWILIO),
    base_url: "TWILIO_BASE_URL",
    base_path: "",
    credentials: &[("TWILIO_ACCOUNT_SID", MAIN.sid), ("TWILIO_AUTH_TOKEN", MAIN.auth_token)],
    closed_sets: &[
        "address_requirements",
        "emergency_address_status",
        "emergency_status",
        "origin",
        "sms_fallback_method",
        "sms_method",
        "status",
        "status_callback_method",
        "type",
        "voice_fallback_method",
        "voice_method",
        "voice_receive_mode",
    ],
};

struct Twilio {
    numbers: Numbers,
    tokens: Tokens,
    trunks: Trunks,
}

pub(super) fn api(builder: &SandboxBuilder) -> Box<dyn Api> {
    Box::new(Twilio {
        numbers: Numbers::new(&Setup::of(builder)),
        tokens: Tokens::default(),
        trunks: Trunks::new(builder),
    })
}

impl Api for Twilio {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let caller = Caller::of(request, &self.tokens).ok_or_else(refused)?;
        match request.segments().as_slice() {
            ["2010-04-01", between @ .., last] => match last.strip_suffix(".json") {
                Some(last) => self.answer_2010(context, request, caller, between, last),
                // For a path without `.json`, Twilio returns XML. The sandbox returns a 404 in XML, so that a
                // mistake shows.
                None => Err(in_xml()),
            },
            ["v1", "Trunks"] => self.trunks.answer(context, request, caller.account),
            ["v1", "Trunks", trunk, "OriginationUrls"] => {
                self.trunks.answer_origination(context, request, caller.account, trunk)
            }
            ["v1", "Trunks", trunk, "PhoneNumbers", rest @ ..] => {
                self.answer_trunking(context, request, caller.account, trunk, rest)
            }
            _ => Err(missing(request)),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        error(status, words.unwrap_or(phrase(status)))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().map(|held| &held.fields).collect()
    }

    /// Lists have two forms, one for each API.
    fn repeat_page(&self, _: &Context<'_>, _: &Request<'_>, answer: &mut Value) {
        for (object, own, next) in [("", "uri", "next_page_uri"), ("/meta", "url", "next_page_url")] {
            if let Some(Value::Object(page)) = answer.pointer_mut(object).filter(|page| page.get(next).is_some()) {
                page.extend(page.get(own).cloned().map(|link| (next.to_owned(), link)));
            }
        }
    }

    /// An account's token, by its SID.
    fn secret_of(&self, id: &str) -> Option<&str> {
        self.tokens.of(id)
    }

    fn change_secret(&mut self, id: &str, secret: &str) {
        self.tokens.rotate(id, secret);
    }

    fn as_carrier(&mut self) -> Option<&mut dyn Carrier> {
        Some(self)
    }
}

impl Carrier for Twilio {
    /// A trunk and an application are kept, and take precedence over the URLs.
    fn take_over(
        &mut self,
        now: Timestamp,
        login: Option<&Login<'_>>,
        number: &str,
        routing: &Routing<'_>,
    ) -> Result<(), Denied> {
        let opened = |login| account::opened_by(login, &self.tokens);
        let account = login.map_or(Some(&MAIN), opened).ok_or(Denied::Login)?;
        let held = self.numbers.get_mut(number).filter(|held| held.is_of(account)).ok_or(Denied::Number)?;
        let urls = [("voice_url", routing.calls), ("sms_url", routing.messages)];
        held.change(now, urls.into_iter().filter_map(|(field, url)| Some((field.to_owned(), url?.into()))).collect());
        Ok(())
    }
}

impl Twilio {
    fn answer_2010(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        caller: Caller,
        between: &[&str],
        last: &str,
    ) -> Answer {
        let (sid, rest) = match (request.method, between, last) {
            ("GET", [], "Accounts") => return account::list(context, request, caller, &self.tokens),
            ("GET", ["Accounts"], sid) => return account::get(request, caller, &self.tokens, sid),
            (_, ["Accounts", sid, rest @ ..], _) => (sid, rest),
            _ => return Err(missing(request)),
        };
        let account = caller.reach(sid, request)?;
        match (request.method, rest, last) {
            ("GET", [], "IncomingPhoneNumbers") => self.list(context, request, account),
            ("GET", ["IncomingPhoneNumbers"], sid) => self.get(request, account, sid),
            ("POST", ["IncomingPhoneNumbers"], sid) => self.update(context, request, caller, account, sid),
            ("GET", [], "OutgoingCallerIds") => caller_id::list(context, request, account),
            _ => Err(missing(request)),
        }
    }
}

/// The fields of a form, none of which may occur twice.
fn form(request: &Request<'_>) -> Result<Vec<(String, String)>, Reply> {
    if !request.is_of("application/x-www-form-urlencoded") {
        return Err(invalid("The body must be application/x-www-form-urlencoded"));
    }
    let form = request.form();
    let is_again = |at: usize, name: &str| form.iter().take(at).any(|(before, _)| before == name);
    match form.iter().enumerate().find(|(at, (name, _))| is_again(*at, name)) {
        Some((_, (name, _))) => Err(invalid(&format!("{name} is there more than once"))),
        None => Ok(form),
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    let hex = text.strip_prefix(prefix).unwrap_or_default();
    hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn missing(request: &Request<'_>) -> Reply {
    error(404, &format!("The requested resource /{} was not found", request.path.join("/")))
}

fn invalid(message: &str) -> Reply {
    error(400, message)
}

/// An error with the code for its status.
fn error(status: u16, message: &str) -> Reply {
    let code = match status {
        400 => 20001,
        401 => 20003,
        403 => 20008,
        status => 20000 + u32::from(status),
    };
    fault(status, code, message)
}

fn fault(status: u16, code: u32, message: &str) -> Reply {
    let more_info = more_info(code);
    Reply::json(status, json!({"code": code, "message": message, "more_info": more_info, "status": status}))
}

fn in_xml() -> Reply {
    let error = "<Code>20404</Code><Message>The requested resource was not found</Message>";
    let info = format!("<MoreInfo>{}</MoreInfo><Status>404</Status>", more_info(20404));
    let body = format!("<TwilioResponse><RestException>{error}{info}</RestException></TwilioResponse>");
    Reply::xml(404, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn more_info(code: u32) -> String {
    format!("https://www.twilio.com/docs/errors/{code}")
}
