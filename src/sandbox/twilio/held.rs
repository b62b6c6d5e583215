//! The numbers held at Twilio.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::account::{Account, MAIN, SUB};
use crate::E164;
use crate::sandbox::SandboxBuilder;
use crate::sandbox::records::{Object, fields, text};

/// The time at which the numbers were added: 30 July 2015, 23:19:04, as in the documentation's examples.
const BEGINNING: Timestamp = Timestamp::constant(1_438_298_344, 0);
const VOICE_URL: &str = "https://demo.twilio.com/welcome/voice/";

/// A number held at Twilio, for [`SandboxBuilder::hold`](SandboxBuilder::hold).
///
/// By default the main account holds it, it can receive calls and messages, its calls go to a voice URL of
/// Twilio, and its label is the number.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::sandbox::Sandbox;
/// use numport::sandbox::twilio::TwilioNumber;
///
/// let number = "+13125550100".parse()?;
/// let sandbox = Sandbox::builder().hold(TwilioNumber::new(number).label("Desk").on_trunk()).start().await?;
/// let twilio = sandbox.twilio();
/// let kept = twilio.number(&number).ok_or("it is held")?;
/// assert_eq!((&kept["friendly_name"], &kept["trunk_sid"]), (&"Desk".into(), &twilio.trunk_sid().into()));
/// assert_eq!(twilio.calls_go_to(&number).as_deref(), Some(twilio.trunk_sid()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TwilioNumber {
    number: E164,
    account: &'static Account,
    label: Option<String>,
    voice_url: String,
    route: Route,
    voice: bool,
    origin: &'static str,
    beta: bool,
}

/// The target that takes precedence over the voice URL.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Route {
    Nothing,
    Trunk,
    Application,
}

impl TwilioNumber {
    /// Creates a number as it is after its purchase.
    pub fn new(number: E164) -> Self {
        Self {
            number,
            account: &MAIN,
            label: None,
            voice_url: VOICE_URL.to_owned(),
            route: Route::Nothing,
            voice: true,
            origin: "twilio",
            beta: false,
        }
    }

    /// Sets its `friendly_name`.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets its voice URL. An empty text means none.
    pub fn voice_url(mut self, url: impl Into<String>) -> Self {
        self.voice_url = url.into();
        self
    }

    /// Attaches it to its account's SIP trunk, which takes precedence over its voice URL, and clears its application.
    pub const fn on_trunk(mut self) -> Self {
        self.route = Route::Trunk;
        self
    }

    /// Sets its account's application, which takes precedence over its voice URL, and detaches it from a trunk.
    pub const fn with_application(mut self) -> Self {
        self.route = Route::Application;
        self
    }

    /// Removes its capability to receive calls.
    pub const fn without_voice(mut self) -> Self {
        self.voice = false;
        self
    }

    /// Makes Twilio host only its messages: origin `hosted`, and no calls.
    pub const fn hosted(mut self) -> Self {
        self.origin = "hosted";
        self.without_voice()
    }

    /// Marks it as new to Twilio's platform: `beta` is true.
    pub const fn beta(mut self) -> Self {
        self.beta = true;
        self
    }

    /// Makes the subaccount hold it instead of the main account.
    pub const fn in_subaccount(mut self) -> Self {
        self.account = &SUB;
        self
    }

    fn fields(&self, sid: &str) -> Object {
        let account = self.account;
        fields(json!({
            "account_sid": account.sid,
            "address_requirements": "none",
            "address_sid": null,
            "api_version": "2010-04-01",
            "beta": self.beta,
            "bundle_sid": null,
            "capabilities": {"voice": self.voice, "sms": true, "mms": false, "fax": false},
            "date_created": rfc_2822(BEGINNING),
            "date_updated": rfc_2822(BEGINNING),
            "emergency_address_sid": null,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "friendly_name": self.label.as_deref().unwrap_or(self.number.as_str()),
            "identity_sid": null,
            "origin": self.origin,
            "phone_number": self.number.as_str(),
            "sid": sid,
            "sms_application_sid": "",
            "sms_fallback_method": "POST",
            "sms_fallback_url": "",
            "sms_method": "POST",
            "sms_url": "",
            "status": "in-use",
            "status_callback": "",
            "status_callback_method": "POST",
            "trunk_sid": (self.route == Route::Trunk).then_some(account.trunk),
            "type": "local",
            "uri": uri(account, sid),
            "voice_application_sid": if self.route == Route::Application { account.application } else { "" },
            "voice_caller_id_lookup": false,
            "voice_fallback_method": "POST",
            "voice_fallback_url": null,
            "voice_method": "POST",
            "voice_receive_mode": "voice",
            "voice_url": Some(&self.voice_url).filter(|url| !url.is_empty()),
        }))
    }
}

/// The numbers of the builder. Defaults to five numbers of the main account.
#[derive(Clone, Debug)]
pub(super) struct Setup(Vec<TwilioNumber>);

impl Default for Setup {
    fn default() -> Self {
        let texts = ["+14155552671", "+12125550123", "+442071838750", "+4915223433333", "+18005550199"];
        Self(texts.iter().filter_map(|text| text.parse().ok()).map(TwilioNumber::new).collect())
    }
}

impl Setup {
    pub(super) fn of(builder: &SandboxBuilder) -> Vec<TwilioNumber> {
        builder.of_services.get().cloned().unwrap_or_else(Self::default).0
    }
}

impl SandboxBuilder {
    /// Sets the numbers that the Twilio account holds, and replaces those that were set before. Defaults to five.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let number = "+4915223433333".parse().expect("a number");
    /// let sandbox = numport::sandbox::Sandbox::builder().held_numbers([number]).start().await?;
    /// assert_eq!(sandbox.twilio().held_numbers(), [number]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn held_numbers(mut self, numbers: impl IntoIterator<Item = E164>) -> Self {
        self.of_services.insert(Setup(numbers.into_iter().map(TwilioNumber::new).collect()));
        self
    }

    /// Adds a number at Twilio, or replaces it.
    pub fn hold(mut self, number: TwilioNumber) -> Self {
        self.of_services.get_or_insert_default::<Setup>().0.push(number);
        self
    }
}

pub(super) fn uri(account: &Account, sid: &str) -> String {
    format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers/{sid}.json", account.sid)
}

fn rfc_2822(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A number as Twilio stores it.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) number: E164,
    /// The whole object, in the form of the 2010 API.
    pub(super) fields: Object,
    updated: Timestamp,
}

impl Held {
    pub(super) fn is_of(&self, account: &Account) -> bool {
        self.text("account_sid") == account.sid
    }

    /// A field's text; empty if it has none.
    pub(super) fn text(&self, field: &str) -> &str {
        text(&self.fields, field).unwrap_or_default()
    }

    /// The times of its creation and of its last change.
    pub(super) const fn dates(&self) -> [Timestamp; 2] {
        [BEGINNING, self.updated]
    }

    /// Each change is at least a second later than the one before, because Twilio's times have whole seconds.
    pub(super) fn change(&mut self, now: Timestamp, changes: Object) {
        self.updated = now.max(self.updated + Duration::from_secs(1));
        self.fields.extend(changes);
        self.fields.insert("date_updated".to_owned(), rfc_2822(self.updated).into());
    }
}

/// All numbers of all accounts, oldest first. None is ever removed.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    all: Vec<Held>,
    by_number: BTreeMap<String, usize>,
    by_sid: HashMap<String, usize>,
}

impl Numbers {
    /// If a number is given twice, the last one applies.
    pub(super) fn new(numbers: &[TwilioNumber]) -> Self {
        let mut held = Self::default();
        for number in numbers {
            let text = number.number.as_str();
            let at = held.by_number.get(text).copied().unwrap_or(held.all.len());
            let sid = format!("PN{:032x}", at + 1);
            let fields = number.fields(&sid);
            let new = Held { number: number.number, fields, updated: BEGINNING };
            if let Some(before) = held.all.get_mut(at) {
                *before = new;
                continue;
            }
            held.all.push(new);
            held.by_number.insert(text.to_owned(), at);
            held.by_sid.insert(sid, at);
        }
        held
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.all.iter()
    }

    pub(super) fn get_mut(&mut self, number: &str) -> Option<&mut Held> {
        self.all.get_mut(*self.by_number.get(number)?)
    }

    pub(super) fn with_sid(&mut self, account: &Account, sid: &str) -> Option<&mut Held> {
        self.all.get_mut(*self.by_sid.get(sid)?).filter(|held| held.is_of(account))
    }

    /// Twilio's filter: a part of the number, in which `*` matches any digit.
    pub(super) fn like(&self, pattern: &str) -> Vec<&Held> {
        if !pattern.starts_with('+') || pattern.contains('*') {
            return self.all.iter().filter(|held| fits(held.number.as_str(), pattern)).collect();
        }
        // A `+` is only ever the first character, so this part is a prefix, and a sorted map finds prefixes quickly.
        let from = self.by_number.range::<str, _>((Bound::Included(pattern), Bound::Unbounded));
        let mut places: Vec<usize> =
            from.take_while(|(number, _)| number.starts_with(pattern)).map(|(_, &at)| at).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|at| self.all.get(at)).collect()
    }
}

fn fits(number: &str, pattern: &str) -> bool {
    let pattern = pattern.as_bytes();
    let same = |(digit, wanted): (&u8, &u8)| digit == wanted || (*wanted == b'*' && digit.is_ascii_digit());
    pattern.is_empty() || number.as_bytes().windows(pattern.len()).any(|part| part.iter().zip(pattern).all(same))
}
