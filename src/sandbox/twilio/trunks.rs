//! The SIP trunks of the accounts, and the addresses to which they send calls.

use serde_json::{Value, json};

use super::account::{ACCOUNTS, Account, MAIN};
use super::list::Paging;
use super::trunk::{base, iso_8601};
use super::{form, invalid, missing};
use crate::sandbox::SandboxBuilder;
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, set, text};

/// When the trunks that are there from the start were created.
const CREATED: &str = "2015-07-30T20:00:00Z";
/// The related resources of a trunk, by the names of their links.
const PARTS: [(&str, &str); 4] = [
    ("origination_urls", "OriginationUrls"),
    ("credential_lists", "CredentialLists"),
    ("ip_access_control_lists", "IpAccessControlLists"),
    ("phone_numbers", "PhoneNumbers"),
];

struct Trunk {
    sid: String,
    account: &'static Account,
    name: String,
    domain: Option<String>,
    created: String,
}

pub(super) struct Trunks {
    trunks: Vec<Trunk>,
    /// Without their URLs, which have the sandbox's address.
    origination: Vec<Object>,
}

/// The addresses of the builder.
#[derive(Clone, Debug, Default)]
struct Origination(Vec<String>);

impl SandboxBuilder {
    /// Sets the addresses to which the Twilio account's [trunk](super::TwilioHandle::trunk_sid) sends the calls of its numbers:
    /// its origination URLs, which begin with `sip:`. Defaults to none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::sandbox::Sandbox;
    /// use numport::sandbox::twilio::TwilioNumber;
    /// use numport::{Importer, Twilio, Vapi};
    ///
    /// let number = "+13125550100".parse()?;
    /// let address = "sip:sip.example.com";
    /// let held = TwilioNumber::new(number).on_trunk();
    /// let sandbox = Sandbox::builder().hold(held).trunk_origination([address]).start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?).inbound_address(address);
    /// // The trunk leads to the platform, so it is not in the way.
    /// assert_eq!(importer.preflight(&number).await?.findings, []);
    /// # Ok(())
    /// # }
    /// ```
    pub fn trunk_origination(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.of_services.insert(Origination(addresses.into_iter().map(Into::into).collect()));
        self
    }
}

impl Trunks {
    pub(super) fn new(builder: &SandboxBuilder) -> Self {
        let own = |account: &&'static Account| Trunk {
            sid: account.trunk.to_owned(),
            account,
            name: "Sandbox trunk".to_owned(),
            domain: None,
            created: CREATED.to_owned(),
        };
        let mut trunks = Self { trunks: ACCOUNTS.iter().map(own).collect(), origination: Vec::new() };
        let Origination(addresses) = builder.of_services.get().cloned().unwrap_or_default();
        for address in addresses {
            trunks.originate(&MAIN, MAIN.trunk, fields(json!({"sip_url": address, "date_created": CREATED})));
        }
        trunks
    }

    /// Adds an address of a trunk.
    fn originate(&mut self, account: &Account, trunk: &str, of_address: Object) -> Object {
        let mut added = fields(json!({
            "sid": format!("OU{:032x}", self.origination.len() + 1), "account_sid": account.sid, "trunk_sid": trunk,
            "enabled": true, "priority": 10, "weight": 10, "friendly_name": null,
        }));
        added.extend(of_address);
        let created = added["date_created"].clone();
        added.insert("date_updated".to_owned(), created);
        self.origination.push(added.clone());
        added
    }

    pub(super) fn is_of(&self, account: &Account, sid: &str) -> bool {
        self.trunks.iter().any(|trunk| trunk.sid == sid && trunk.account.sid == account.sid)
    }

    /// The list, and adding one.
    pub(super) fn answer(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        account: &'static Account,
    ) -> Answer {
        let url = format!("{}/v1/Trunks", base(request));
        match request.method {
            "GET" => {
                let paging = Paging::of(context, request, &[])?;
                let own: Vec<_> = self.trunks.iter().filter(|trunk| trunk.account.sid == account.sid).collect();
                Ok(paging.answer_v1(&url, "trunks", &own, |trunk| trunk.shown(&url)))
            }
            "POST" => {
                let form = read(request, &["FriendlyName", "DomainName"])?;
                let trunk = Trunk {
                    sid: format!("TK{:032x}", self.trunks.len() + 1),
                    account,
                    name: form("FriendlyName").unwrap_or_default(),
                    domain: form("DomainName"),
                    created: iso_8601(context.moment()),
                };
                let shown = trunk.shown(&url);
                self.trunks.push(trunk);
                Ok(Reply::json(201, shown))
            }
            _ => Err(missing(request)),
        }
    }

    /// The addresses to which a trunk sends its calls: their list, and adding one.
    pub(super) fn answer_origination(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        account: &Account,
        trunk: &str,
    ) -> Answer {
        if !self.is_of(account, trunk) {
            return Err(missing(request));
        }
        let url = format!("{}/v1/Trunks/{trunk}/OriginationUrls", base(request));
        match request.method {
            "GET" => {
                let paging = Paging::of(context, request, &[])?;
                let of_trunk: Vec<_> = self.origination.iter().filter(|one| one["trunk_sid"] == trunk).collect();
                Ok(paging.answer_v1(&url, "origination_urls", &of_trunk, |one| at((*one).clone(), &url)))
            }
            "POST" => {
                let form = read(request, &["SipUrl", "Weight", "Priority", "Enabled", "FriendlyName"])?;
                let sip = form("SipUrl").filter(|sip| sip.starts_with("sip:"));
                let sip = sip.ok_or_else(|| invalid("SipUrl must have the scheme sip"))?;
                let whole = |name: &str| form(name).and_then(|text| text.parse::<u16>().ok()).unwrap_or(10);
                let of_address = fields(json!({
                    "sip_url": sip, "enabled": form("Enabled").as_deref() != Some("false"), "priority": whole("Priority"),
                    "weight": whole("Weight"), "friendly_name": form("FriendlyName"),
                    "date_created": iso_8601(context.moment()),
                }));
                let added = at(self.originate(account, trunk, of_address), &url);
                Ok(Reply::json(201, added))
            }
            _ => Err(missing(request)),
        }
    }
}

impl Trunk {
    fn shown(&self, list: &str) -> Value {
        let url = format!("{list}/{}", self.sid);
        let links: Object =
            PARTS.iter().map(|(name, part)| ((*name).to_owned(), format!("{url}/{part}").into())).collect();
        json!({
            "sid": self.sid, "account_sid": self.account.sid, "friendly_name": self.name, "domain_name": self.domain,
            "disaster_recovery_url": null, "disaster_recovery_method": null, "secure": false,
            "cnam_lookup_enabled": false, "symmetric_rtp_enabled": false,
            "recording": {"mode": "do-not-record", "trim": "do-not-trim"}, "transfer_mode": "disable-all",
            "transfer_caller_id": "from-transferee", "auth_type": "", "auth_type_set": [],
            "date_created": self.created, "date_updated": self.created, "url": url, "links": links,
        })
    }
}

/// An address of a trunk with its URL in this list.
fn at(mut address: Object, list: &str) -> Value {
    let url = format!("{list}/{}", text(&address, "sid").unwrap_or_default());
    set(&mut address, "url", url);
    Value::Object(address)
}

/// Reads a form that has only these fields.
fn read(request: &Request<'_>, known: &[&str]) -> Result<impl Fn(&str) -> Option<String>, Reply> {
    let form = form(request)?;
    if let Some((name, _)) = form.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(invalid(&format!("{name} is no field that the sandbox knows here")));
    }
    Ok(move |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
}
