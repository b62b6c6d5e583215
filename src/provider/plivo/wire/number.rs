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
            /// The digits of the number, without `+`. They are also its id.
            number: String,
            /// Its display name; null or empty if it has none.
            alias: String,
            /// The subaccount that owns it, by its id or its path; null for the main account.
            sub_account: String,
            /// The date on which it was added to the account.
            added_on: String,
            /// The path of the application or trunk that gets its calls.
            application: String,
            /// The carrier that holds it: `Plivo`, or another one.
            carrier: String,
            /// The name of the region.
            region: String,
            /// The city.
            city: String,
            /// The name of the country.
            country: String,
            /// The kind of number.
            number_type: NumberType,
            /// The monthly price.
            monthly_rental_rate: String,
            /// The date of its next renewal.
            renewal_date: String,
            /// Whether it receives text messages.
            sms_enabled: bool,
            /// The price of a text message.
            sms_rate: String,
            /// Whether it receives picture messages.
            mms_enabled: bool,
            /// The price of a picture message.
            mms_rate: String,
            /// Whether it receives calls.
            voice_enabled: bool,
            /// The price of a minute.
            voice_rate: String,
            /// The caller name lookup.
            cnam_lookup: CnamLookup,
            /// The caller name (CNAM).
            cnam: String,
            /// The id of the compliance application.
            compliance_application_id: String,
            /// The compliance status.
            compliance_status: String,
            /// The status of the registration for messages in the US.
            tendlc_registration_status: String,
            /// The campaign of its messages in the US.
            tendlc_campaign_id: String,
            /// The verification status of a toll-free number.
            toll_free_sms_verification: String,
            /// The profile of its owner.
            profile_uuid: String,
            /// Whether its reputation is monitored.
            caller_reputation_status: String,
            /// Its path.
            resource_uri: String,
        }
        optional {
            /// The subaccount. One page of the documentation uses this name for the field.
            subaccount: String,
            /// Whether it is active. Not documented.
            active: bool,
            /// The type of the object that gets its calls, such as `trunk`. A private beta.
            object_type: String,
            /// The id of that object.
            object_id: String,
            /// The id of the request.
            api_id: String,
        }
    }
}

impl PhoneNumber {
    /// Returns the id of the application or trunk that gets its calls.
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

    /// The caller name lookup.
    pub enum CnamLookup {
        /// Enabled.
        Enabled = "enabled",
        /// Disabled.
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

    /// An update of a number. Fields that are not set stay unchanged. That includes the application: the client repeats
    /// it with every update, because Plivo would otherwise assign the account's default application.
    pub struct UpdateNumber {
        optional {
            /// Sets the type of the object that gets the calls: `trunk`. Set its id too. A private beta.
            object_type: String,
            /// Sets the id of that object.
            object_id: String,
            /// Moves the number to a subaccount, `SA…`.
            subaccount: String,
            /// Sets the display name.
            alias: String,
            /// Sets the caller name lookup.
            cnam_lookup: CnamLookup,
            /// Sets the caller name (CNAM).
            cnam: String,
            /// Sets the URL that is notified about the caller name.
            cnam_callback_url: String,
            /// Sets the method of that request.
            cnam_callback_method: CallbackMethod,
            /// Sets the URL that receives messages, at most 255 characters.
            message_url: String,
            /// Sets the method of that request.
            message_method: CallbackMethod,
            /// Sets the data that verifies the owner.
            verification_info: Map<String, Value>,
        }
        emptied {
            /// Sets the application or inbound trunk that gets the calls, by its id. An empty text removes it. Plivo's
            /// older client sends that, but it is not documented.
            app_id: String,
        }
    }

    /// A number of another carrier to register.
    pub struct AddNumber {
        required {
            /// The digits of the number, without `+`, or several such numbers separated by commas.
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
    /// Whether the update itself sets the routing.
    pub(in super::super) fn routes(&self) -> bool {
        !self.app_id.is_keep() || self.object_id.is_some()
    }

    /// The application or object of the number after the update.
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
