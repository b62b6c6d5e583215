use serde_json::{Map, Value};

use crate::model::{ProblemCode, Problems};
use crate::wire::{Patch, open_enum, received_object, request_object};

/// The maximum length of a URL that receives messages, in characters.
pub const MESSAGE_URL_MAX: usize = 255;

received_object! {
    snake_case;

    /// A number in a Plivo account (<https://www.plivo.com/docs/numbers/api/account-phone-number>).
    pub struct PhoneNumber {
        nullable {
            /// The number: its digits, without `+`. It is also its id.
            number: String,
            /// Its name for people; null or empty if it has none.
            alias: String,
            /// The subaccount that owns it, by its id or its path; null for the main account.
            sub_account: String,
            /// When it came to the account: a date.
            added_on: String,
            /// The path of the application, or the trunk, that gets its calls.
            application: String,
            /// `Plivo`, or another carrier that holds it.
            carrier: String,
            /// The region, for people.
            region: String,
            /// The city.
            city: String,
            /// The name of the country.
            country: String,
            /// The kind of number.
            number_type: NumberType,
            /// What it costs each month.
            monthly_rental_rate: String,
            /// When it is renewed: a date.
            renewal_date: String,
            /// Whether it receives text messages.
            sms_enabled: bool,
            /// What a text message costs.
            sms_rate: String,
            /// Whether it receives picture messages.
            mms_enabled: bool,
            /// What a picture message costs.
            mms_rate: String,
            /// Whether it receives calls.
            voice_enabled: bool,
            /// What a minute costs.
            voice_rate: String,
            /// Whether callers' names are looked up.
            cnam_lookup: CnamLookup,
            /// Its listed name.
            cnam: String,
            /// The application that allows its use.
            compliance_application_id: String,
            /// Whether its use is allowed.
            compliance_status: String,
            /// Whether it is registered for messages in the US.
            tendlc_registration_status: String,
            /// The campaign of its messages in the US.
            tendlc_campaign_id: String,
            /// Whether a toll-free number is verified for messages.
            toll_free_sms_verification: String,
            /// The profile of its owner.
            profile_uuid: String,
            /// Whether its reputation is watched.
            caller_reputation_status: String,
            /// Its path.
            resource_uri: String,
        }
        optional {
            /// The subaccount, as one page of the documents names the field.
            subaccount: String,
            /// Whether it can be used. It is not documented.
            active: bool,
            /// The kind of object that gets its calls, such as `trunk`. A private beta.
            object_type: String,
            /// The id of that object.
            object_id: String,
            /// The id of the request.
            api_id: String,
        }
    }
}

impl PhoneNumber {
    /// Returns the id of the application, or of the trunk, that gets its calls, if there is one.
    #[must_use]
    pub fn app_id(&self) -> Option<&str> {
        last_part(self.application.as_deref())
    }

    /// Returns the id of the subaccount that owns it; `None` for the main account.
    #[must_use]
    pub fn subaccount_id(&self) -> Option<&str> {
        last_part(self.sub_account.as_deref()).or_else(|| last_part(self.subaccount.as_deref()))
    }

    /// The object of the private beta that gets its calls.
    pub(in super::super) fn object(&self) -> Option<(&str, &str)> {
        let set = |text: &'_ &str| !text.is_empty();
        let (kind, id) = (self.object_type.as_deref().filter(set)?, self.object_id.as_deref().filter(set)?);
        Some((kind, id))
    }
}

/// The last part of a path, or the text itself.
fn last_part(path: Option<&str>) -> Option<&str> {
    path?.trim_end_matches('/').rsplit('/').next().filter(|part| !part.is_empty())
}

open_enum! {
    /// The kind of a number.
    pub enum NumberType {
        /// Local.
        Local = "local",
        /// Fixed.
        Fixed = "fixed",
        /// Toll-free.
        TollFree = "tollfree",
        /// Toll-free, as a filter also writes it.
        TollFreeFilter = "toll-free",
        /// Mobile.
        Mobile = "mobile",
        /// National.
        National = "national",
    }

    /// Whether callers' names are looked up.
    pub enum CnamLookup {
        /// They are.
        Enabled = "enabled",
        /// They are not.
        Disabled = "disabled",
    }

    /// The method with which Plivo calls a URL.
    pub enum CallbackMethod {
        /// By GET.
        Get = "GET",
        /// By POST.
        Post = "POST",
    }
}

request_object! {
    snake_case;

    /// An update of a number. Fields that are not set stay unchanged, also the application: the client repeats it with
    /// every update, because Plivo assigns the account's default application if it is left out.
    pub struct UpdateNumber {
        optional {
            /// Sets the kind of object that gets the calls: `trunk`, together with its id. A private beta.
            object_type: String,
            /// Sets the id of that object.
            object_id: String,
            /// Moves the number to a subaccount, `SA…`.
            subaccount: String,
            /// Sets the name for people.
            alias: String,
            /// Sets whether callers' names are looked up.
            cnam_lookup: CnamLookup,
            /// Sets the listed name.
            cnam: String,
            /// Sets the URL that is told of the listed name.
            cnam_callback_url: String,
            /// Sets the method of that request.
            cnam_callback_method: CallbackMethod,
            /// Sets the URL that receives messages, at most 255 characters.
            message_url: String,
            /// Sets the method of that request.
            message_method: CallbackMethod,
            /// Sets the facts that verify the owner.
            verification_info: Map<String, Value>,
        }
        emptied {
            /// Sets the application that gets the calls, or an inbound trunk, by its id. That an empty text takes it off
            /// is what Plivo's older client sends, and not documented.
            app_id: String,
        }
    }

    /// A number of another carrier that is to be registered.
    pub struct AddNumber {
        required {
            /// The number, or several with commas between: digits without `+`.
            numbers: String,
            /// The name of the carrier.
            carrier: String,
            /// The region, such as `United States`.
            region: String,
        }
        optional {
            /// The kind of number.
            number_type: NumberType,
            /// The application that gets the calls.
            app_id: String,
            /// The subaccount that owns it.
            subaccount: String,
        }
    }
}

impl UpdateNumber {
    /// Whether the update itself sets where calls go.
    pub(in super::super) fn routes(&self) -> bool {
        !self.app_id.is_keep() || self.object_id.is_some()
    }

    /// The application, or the object, that the number has after it.
    pub(in super::super) fn target(&self) -> &str {
        match (&self.object_id, &self.app_id) {
            (Some(id), _) => id,
            (None, Patch::Set(id)) => id,
            (None, _) => "",
        }
    }

    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if *self == Self::new() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
        if self.object_type.is_some() != self.object_id.is_some() {
            let remedy = "set both `object_type` and `object_id`, or neither";
            problems.add(ProblemCode::Conflict, "object_id", "and `object_type` must be set together", remedy);
        }
        if self.object_id.is_some() && !self.app_id.is_keep() {
            let remedy = "set either `app_id` or `object_id`";
            problems.add(ProblemCode::Conflict, "app_id", "cannot be set together with an object", remedy);
        }
        if let Some(url) = &self.message_url {
            problems.length("message_url", url, 0, MESSAGE_URL_MAX);
        }
    }
}
