use std::collections::HashSet;

use futures_util::stream::BoxStream;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::call::{SIP, call};
use super::error::error_body;
use super::wire::{
    DispatchRule, Got, Identified, InboundTrunk, Items, ListRules, ListTrunks, OutboundTrunk, Proto, RemovedTrunk,
    UpdateDispatchRule, UpdateInboundTrunk, UpdateOutboundTrunk,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, SignedToken, Vars, client_methods};
use crate::model::{PlatformKind, ProblemCode, Problems, Secret, Service, SipAddressError, SipHost};

pub(super) const KIND: PlatformKind = PlatformKind::LIVEKIT;

/// A LiveKit project, in LiveKit's cloud or self-hosted. Cheap to clone; clones share connections, limits and retry
/// budget.
///
/// Each request has a token of its own, which is signed with the API secret and valid for 5 minutes. The secret itself is
/// never sent.
///
/// | variable | is |
/// | --- | --- |
/// | `LIVEKIT_URL` | the project's URL, such as `wss://my-project.livekit.cloud` |
/// | `LIVEKIT_API_KEY` | the API key |
/// | `LIVEKIT_API_SECRET` | the key's secret |
/// | `LIVEKIT_BASE_URL` | optional: another address, such as a proxy's |
///
/// ```
/// use std::time::Duration;
///
/// use numport::LiveKit;
///
/// let builder = LiveKit::builder("wss://my-project.livekit.cloud", "the-key", "the-secret");
/// let client = builder.timeout(Duration::from_secs(20)).build()?;
/// assert!(!format!("{client:?}").contains("the-secret"));
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone)]
pub struct LiveKit {
    pub(super) http: Client,
    sip_host: Option<SipHost>,
}

impl Connect for LiveKit {
    /// Each project has its own host.
    const SERVICE: &'static ServiceInfo = &ServiceInfo::new(Service::Platform(KIND), "", error_body).paths(&[
        &["twirp", SIP, "ListSIPInboundTrunk"],
        &["twirp", SIP, "CreateSIPInboundTrunk"],
        &["twirp", SIP, "GetSIPInboundTrunk"],
        &["twirp", SIP, "ListSIPDispatchRule"],
        &["twirp", SIP, "CreateSIPDispatchRule"],
    ]);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let url = vars.required("LIVEKIT_URL", "the project's URL, such as wss://my-project.livekit.cloud");
        let key = vars.required("LIVEKIT_API_KEY", "an API key of the project");
        Self::builder(url, key, vars.secret("LIVEKIT_API_SECRET", "the API key's secret"))
    }
}

client_methods!(LiveKit);

impl ClientBuilder<LiveKit> {
    /// Sets the host to which carriers send this project's calls: `<id>.sip.livekit.cloud`, or the SIP host of a self-hosted
    /// LiveKit, which no list of domains knows. `build` reports a text that is no host, as `sip_host`.
    pub fn sip_host(self, host: impl AsRef<str>) -> Self {
        let host: Result<SipHost, SipAddressError> = host.as_ref().parse();
        let builder = self.check(|problems| {
            if let Err(error) = &host {
                problems.add(ProblemCode::Malformed, "sip_host", error.fault(), error.remedy());
            }
        });
        builder.map(|client| LiveKit { sip_host: host.ok(), ..client })
    }
}

impl LiveKit {
    /// Returns a builder. The URL is the project's; `wss` and `ws` stand for `https` and `http`. It may have a path.
    pub fn builder(
        url: impl AsRef<str>,
        api_key: impl Into<String>,
        api_secret: impl Into<Secret>,
    ) -> ClientBuilder<Self> {
        let (key, url) = (api_key.into(), url.as_ref());
        let mut problems = Problems::new();
        problems.key("api_key", &Secret::new(&*key));
        let token = SignedToken::new(key, api_secret).claim("sip", json!({"admin": true}));
        // All keys of a project have the same trunks, and each project has its own host.
        let auth = Auth::signed_token("project", "api_secret", token);
        let http = [("wss://", "https://"), ("ws://", "http://")];
        let http = http.iter().find_map(|(socket, http)| Some(format!("{http}{}", url.strip_prefix(socket)?)));
        ClientBuilder::new(auth, |http| Self { http, sip_host: None })
            .check(|found| found.append(problems))
            .base_url(http.unwrap_or_else(|| url.to_owned()))
    }

    /// Returns the host that [`sip_host`](ClientBuilder::sip_host) set.
    #[must_use]
    pub const fn sip_host(&self) -> Option<&SipHost> {
        self.sip_host.as_ref()
    }

    /// Creates an inbound trunk. LiveKit refuses a second one that accepts the same number from the same callers, unless the
    /// project allows it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the trunk breaks a documented rule; nothing is sent then. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    pub async fn create_inbound_trunk(&self, trunk: &InboundTrunk) -> Result<InboundTrunk> {
        checked(KIND, "make trunk", |problems| trunk.check(problems))?;
        let call = call("make trunk", SIP, "CreateSIPInboundTrunk", &json!({"trunk": trunk}));
        let number = trunk.numbers.as_ref().and_then(|numbers| numbers.first()).map(String::as_str);
        self.sent(call, |made: &InboundTrunk| {
            let found = made.numbers.as_deref().unwrap_or_default();
            let found = found.iter().find(|found| Some(found.as_str()) == number).or(found.first());
            created(number.unwrap_or("a new trunk"), made.sip_trunk_id.as_deref(), found.map(String::as_str))
        })
        .await
    }

    /// Returns an inbound trunk.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_inbound_trunk(&self, id: &str) -> Result<Option<InboundTrunk>> {
        let call = call("get trunk", SIP, "GetSIPInboundTrunk", &json!({"sip_trunk_id": id})).read_only();
        let got = self.sent(call, |Got(trunk): &Got<InboundTrunk>| match trunk {
            Some(trunk) => Mismatch::unless_id(id, trunk.sip_trunk_id.as_deref()),
            None => Ok(()),
        });
        got.await.map(|Got(trunk)| trunk)
    }

    /// Returns one page of inbound trunks, without those that were asked for and do not exist.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_inbound_trunks(&self, list: &ListTrunks) -> Result<Vec<InboundTrunk>> {
        self.sent(inbound_page(list), |_| Ok(())).await.map(|Items(items)| items)
    }

    /// Returns all inbound trunks of a list, page after page. Ends with the first page that has nothing new, because the
    /// size of a page is not documented. The stream ends after its first error.
    #[must_use]
    pub fn inbound_trunks(&self, list: ListTrunks) -> BoxStream<'_, Result<InboundTrunk>> {
        let first = inbound_page(&list);
        self.all(first, move |after| inbound_page(&list.at(Some(after))))
    }

    /// Changes the fields of an inbound trunk that the update names.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn update_inbound_trunk(&self, id: &str, update: &UpdateInboundTrunk) -> Result<InboundTrunk> {
        let body = json!({"sip_trunk_id": id, "update": update});
        let call = call("update trunk", SIP, "UpdateSIPInboundTrunk", &body).repeatable();
        self.sent(call, |trunk: &InboundTrunk| Mismatch::unless_id(id, trunk.sip_trunk_id.as_deref())).await
    }

    /// Replaces an inbound trunk. What the new one does not contain is cleared, including the password.
    ///
    /// # Errors
    ///
    /// As [`create_inbound_trunk`](Self::create_inbound_trunk). Status 404 if there is none with this id.
    pub async fn replace_inbound_trunk(&self, id: &str, trunk: &InboundTrunk) -> Result<InboundTrunk> {
        checked(KIND, "update trunk", |problems| trunk.check_kept(problems))?;
        let body = json!({"sip_trunk_id": id, "replace": trunk});
        let call = call("update trunk", SIP, "UpdateSIPInboundTrunk", &body).repeatable();
        self.sent(call, |trunk: &InboundTrunk| Mismatch::unless_id(id, trunk.sip_trunk_id.as_deref())).await
    }

    /// Creates an outbound trunk. Not safe to repeat: LiveKit accepts the same trunk twice.
    ///
    /// # Errors
    ///
    /// As [`create_inbound_trunk`](Self::create_inbound_trunk).
    pub async fn create_outbound_trunk(&self, trunk: &OutboundTrunk) -> Result<OutboundTrunk> {
        checked(KIND, "make trunk", |problems| trunk.check(problems))?;
        let call = call("make trunk", SIP, "CreateSIPOutboundTrunk", &json!({"trunk": trunk}));
        self.sent(call, |made: &OutboundTrunk| created("a new trunk", made.sip_trunk_id.as_deref(), None)).await
    }

    /// Returns an outbound trunk.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn get_outbound_trunk(&self, id: &str) -> Result<Option<OutboundTrunk>> {
        let call = call("get trunk", SIP, "GetSIPOutboundTrunk", &json!({"sip_trunk_id": id})).read_only();
        let got = self.sent(call, |Got(trunk): &Got<OutboundTrunk>| match trunk {
            Some(trunk) => Mismatch::unless_id(id, trunk.sip_trunk_id.as_deref()),
            None => Ok(()),
        });
        got.await.map(|Got(trunk)| trunk)
    }

    /// Returns one page of outbound trunks, without those that were asked for and do not exist.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_outbound_trunks(&self, list: &ListTrunks) -> Result<Vec<OutboundTrunk>> {
        self.sent(outbound_page(list), |_| Ok(())).await.map(|Items(items)| items)
    }

    /// Returns all outbound trunks of a list, as [`inbound_trunks`](Self::inbound_trunks) does.
    #[must_use]
    pub fn outbound_trunks(&self, list: ListTrunks) -> BoxStream<'_, Result<OutboundTrunk>> {
        let first = outbound_page(&list);
        self.all(first, move |after| outbound_page(&list.at(Some(after))))
    }

    /// Changes the fields of an outbound trunk that the update names.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// there is none with this id.
    pub async fn update_outbound_trunk(&self, id: &str, update: &UpdateOutboundTrunk) -> Result<OutboundTrunk> {
        checked(KIND, "update trunk", |problems| update.check(problems))?;
        let body = json!({"sip_trunk_id": id, "update": update});
        let call = call("update trunk", SIP, "UpdateSIPOutboundTrunk", &body).repeatable();
        self.sent(call, |trunk: &OutboundTrunk| Mismatch::unless_id(id, trunk.sip_trunk_id.as_deref())).await
    }

    /// Replaces an outbound trunk. What the new one does not contain is cleared, including the password.
    ///
    /// # Errors
    ///
    /// As [`update_outbound_trunk`](Self::update_outbound_trunk).
    pub async fn replace_outbound_trunk(&self, id: &str, trunk: &OutboundTrunk) -> Result<OutboundTrunk> {
        checked(KIND, "update trunk", |problems| trunk.check_kept(problems))?;
        let body = json!({"sip_trunk_id": id, "replace": trunk});
        let call = call("update trunk", SIP, "UpdateSIPOutboundTrunk", &body).repeatable();
        self.sent(call, |trunk: &OutboundTrunk| Mismatch::unless_id(id, trunk.sip_trunk_id.as_deref())).await
    }

    /// Removes a trunk of either kind, and returns what was removed.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn delete_trunk(&self, id: &str) -> Result<RemovedTrunk> {
        let call = call("remove trunk", SIP, "DeleteSIPTrunk", &json!({"sip_trunk_id": id})).repeatable();
        self.sent(call, |trunk: &RemovedTrunk| Mismatch::unless_id(id, Some(&trunk.sip_trunk_id))).await
    }

    /// Creates a dispatch rule. LiveKit refuses a second one for the same trunk, caller, number and PIN.
    ///
    /// # Errors
    ///
    /// As [`create_inbound_trunk`](Self::create_inbound_trunk).
    pub async fn create_dispatch_rule(&self, rule: &DispatchRule) -> Result<DispatchRule> {
        checked(KIND, "make dispatch rule", |problems| rule.check(problems))?;
        let call = call("make dispatch rule", SIP, "CreateSIPDispatchRule", &json!({"dispatch_rule": rule}));
        self.sent(call, |made: &DispatchRule| created("a new rule", made.sip_dispatch_rule_id.as_deref(), None)).await
    }

    /// Returns one page of dispatch rules, without those that were asked for and do not exist.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_dispatch_rules(&self, list: &ListRules) -> Result<Vec<DispatchRule>> {
        self.sent(rule_page(list), |_| Ok(())).await.map(|Items(items)| items)
    }

    /// Returns all dispatch rules of a list, as [`inbound_trunks`](Self::inbound_trunks) does.
    #[must_use]
    pub fn dispatch_rules(&self, list: ListRules) -> BoxStream<'_, Result<DispatchRule>> {
        let first = rule_page(&list);
        self.all(first, move |after| rule_page(&list.at(Some(after))))
    }

    /// Changes the fields of a dispatch rule that the update names.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if the update breaks a documented rule; nothing is sent then. Status 404 if
    /// there is none with this id.
    pub async fn update_dispatch_rule(&self, id: &str, update: &UpdateDispatchRule) -> Result<DispatchRule> {
        checked(KIND, "update dispatch rule", |problems| update.check(problems))?;
        let body = json!({"sip_dispatch_rule_id": id, "update": update});
        let call = call("update dispatch rule", SIP, "UpdateSIPDispatchRule", &body).repeatable();
        self.sent(call, |rule: &DispatchRule| Mismatch::unless_id(id, rule.sip_dispatch_rule_id.as_deref())).await
    }

    /// Replaces a dispatch rule. What the new one does not contain is cleared.
    ///
    /// # Errors
    ///
    /// As [`update_dispatch_rule`](Self::update_dispatch_rule).
    pub async fn replace_dispatch_rule(&self, id: &str, rule: &DispatchRule) -> Result<DispatchRule> {
        checked(KIND, "update dispatch rule", |problems| rule.check_kept(problems))?;
        let body = json!({"sip_dispatch_rule_id": id, "replace": rule});
        let call = call("update dispatch rule", SIP, "UpdateSIPDispatchRule", &body).repeatable();
        self.sent(call, |rule: &DispatchRule| Mismatch::unless_id(id, rule.sip_dispatch_rule_id.as_deref())).await
    }

    /// Removes a dispatch rule, and returns what was removed.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none with this id.
    pub async fn delete_dispatch_rule(&self, id: &str) -> Result<DispatchRule> {
        let body = json!({"sip_dispatch_rule_id": id});
        let call = call("remove dispatch rule", SIP, "DeleteSIPDispatchRule", &body).repeatable();
        self.sent(call, |rule: &DispatchRule| Mismatch::unless_id(id, rule.sip_dispatch_rule_id.as_deref())).await
    }

    /// Sends a call and reads its response in any spelling.
    pub(super) async fn sent<T: DeserializeOwned>(
        &self,
        call: Call,
        compare: impl FnOnce(&T) -> Result<(), Mismatch> + Send,
    ) -> Result<T> {
        let answer = self.http.request_matching(call, |Proto(answer): &Proto<T>| compare(answer)).await;
        answer.map(|Proto(answer)| answer)
    }

    /// All items of a list. A page that repeats items, as of a server that does not know pages, is the end as well.
    fn all<'a, T: DeserializeOwned + Identified + Send + 'a>(
        &'a self,
        first: Call,
        page: impl Fn(String) -> Call + Send + 'a,
    ) -> BoxStream<'a, Result<T>> {
        let mut seen = HashSet::new();
        self.http.pages(Ok(first), move |Proto(Items(mut items)): Proto<Items<T>>| {
            items.retain(|item| item.id().is_some_and(|id| seen.insert(id.to_owned())));
            let next = items.last().and_then(Identified::id).map(|last| page(last.to_owned()));
            (items, next.map_or(Next::End, Next::Call))
        })
    }
}

fn created(expected: &str, id: Option<&str>, number: Option<&str>) -> Result<(), Mismatch> {
    // A mismatch is logged, and a log shows no number.
    let same = Mismatch::unless_created(expected, id.unwrap_or_default(), number);
    same.map_err(|_| Mismatch::new("what was created", id.or(Some("something without an id"))))
}

fn inbound_page(list: &ListTrunks) -> Call {
    call("list trunks", SIP, "ListSIPInboundTrunk", list).read_only()
}

fn outbound_page(list: &ListTrunks) -> Call {
    call("list trunks", SIP, "ListSIPOutboundTrunk", list).read_only()
}

fn rule_page(list: &ListRules) -> Call {
    call("list dispatch rules", SIP, "ListSIPDispatchRule", list).read_only()
}
