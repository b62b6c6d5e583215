use crate::model::{Secret, Timestamp};
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number in a Telnyx account
    /// (<https://developers.telnyx.com/api-reference/phone-number-configurations/retrieve-a-phone-number>).
    pub struct PhoneNumber {
        nullable {
            /// Its id: a number of up to 19 digits, as text.
            id: String,
            /// `phone_number`.
            record_type: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// The country, as two letters.
            country_iso_alpha2: String,
            /// The status.
            status: PhoneNumberStatus,
            /// The kind of number.
            phone_number_type: PhoneNumberType,
            /// Its tags.
            tags: Vec<String>,
            /// The PIN for porting the number to another carrier.
            external_pin: Secret,
            /// The connection that gets its calls; null or empty if there is none.
            connection_id: String,
            /// The name of that connection.
            connection_name: String,
            /// Your own reference.
            customer_reference: String,
            /// The messaging profile that gets its messages; null or empty if there is none, `UNAVAILABLE` if Telnyx
            /// could not load it.
            messaging_profile_id: String,
            /// The name of that profile.
            messaging_profile_name: String,
            /// The campaign of its messages.
            messaging_campaign_id: String,
            /// The billing group.
            billing_group_id: String,
            /// Whether emergency calls are enabled.
            emergency_enabled: bool,
            /// The address for emergency calls.
            emergency_address_id: String,
            /// The status of emergency calls.
            emergency_status: EmergencyStatus,
            /// Whether call forwarding is allowed. Defaults to true, also if no calls are forwarded: see
            /// [`CallForwarding`](super::CallForwarding).
            call_forwarding_enabled: bool,
            /// Whether outbound calls show a caller name.
            cnam_listing_enabled: bool,
            /// Whether caller names are looked up.
            caller_id_name_enabled: bool,
            /// Whether calls are recorded.
            call_recording_enabled: bool,
            /// Whether it has a T.38 fax gateway.
            t38_fax_gateway_enabled: bool,
            /// Whether HD voice is enabled.
            hd_voice_enabled: bool,
            /// How calls that are classified as fraud are handled.
            inbound_call_screening: InboundCallScreening,
            /// How the number was acquired.
            source_type: SourceType,
            /// Whether the number is protected from deletion.
            deletion_lock_enabled: bool,
            /// When it was bought.
            purchased_at: String,
            /// When it was activated.
            activated_at: String,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }

    /// A number in the shorter form of the slim list.
    pub struct SlimPhoneNumber {
        nullable {
            /// The PIN for porting the number to another carrier.
            external_pin: Secret,
            /// The connection that gets its calls.
            connection_id: String,
            /// Your own reference.
            customer_reference: String,
            /// The billing group.
            billing_group_id: String,
            /// Whether emergency calls are enabled.
            emergency_enabled: bool,
            /// The address for emergency calls.
            emergency_address_id: String,
            /// The status of emergency calls.
            emergency_status: EmergencyStatus,
            /// Whether call forwarding is allowed.
            call_forwarding_enabled: bool,
            /// Whether outbound calls show a caller name.
            cnam_listing_enabled: bool,
            /// Whether caller names are looked up.
            caller_id_name_enabled: bool,
            /// Whether calls are recorded.
            call_recording_enabled: bool,
            /// Whether it has a T.38 fax gateway.
            t38_fax_gateway_enabled: bool,
            /// How calls that are classified as fraud are handled.
            inbound_call_screening: InboundCallScreening,
        }
        optional {
            /// Its id.
            id: String,
            /// `phone_number`.
            record_type: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// The country, as two letters.
            country_iso_alpha2: String,
            /// The status.
            status: PhoneNumberStatus,
            /// The kind of number.
            phone_number_type: PhoneNumberType,
            /// Its tags, if they were requested.
            tags: Vec<String>,
            /// The name of its connection, if it was requested.
            connection_name: String,
            /// Whether HD voice is enabled.
            hd_voice_enabled: bool,
            /// When it was bought.
            purchased_at: String,
            /// When it was activated.
            activated_at: String,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}

impl PhoneNumber {
    /// Returns the time of creation, if it can be parsed.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.created_at.as_deref()?.parse().ok()
    }

    /// Returns the time of the last change, if it can be parsed.
    #[must_use]
    pub fn updated(&self) -> Option<Timestamp> {
        self.updated_at.as_deref()?.parse().ok()
    }
}

impl PhoneNumberStatus {
    /// Returns the status in its present spelling: older documents write `_` for `-`.
    #[must_use]
    pub fn in_todays_spelling(&self) -> Self {
        Self::from_wire(&self.as_str().replace('_', "-"))
    }
}

open_enum! {
    /// The status of a number.
    pub enum PhoneNumberStatus {
        /// The purchase is in progress.
        PurchasePending = "purchase-pending",
        /// The purchase failed.
        PurchaseFailed = "purchase-failed",
        /// Porting to Telnyx is in progress.
        PortPending = "port-pending",
        /// Porting to Telnyx failed.
        PortFailed = "port-failed",
        /// Active.
        Active = "active",
        /// Released.
        Deleted = "deleted",
        /// Only for emergency calls.
        EmergencyOnly = "emergency-only",
        /// Ported to another carrier.
        PortedOut = "ported-out",
        /// Porting to another carrier is in progress.
        PortOutPending = "port-out-pending",
        /// Documents are missing.
        RequirementInfoPending = "requirement-info-pending",
        /// Documents are being checked.
        RequirementInfoUnderReview = "requirement-info-under-review",
        /// Documents were refused.
        RequirementInfoException = "requirement-info-exception",
        /// It is being set up.
        ProvisionPending = "provision-pending",
    }

    /// The kind of number. The last three are older values.
    pub enum PhoneNumberType {
        /// Local.
        Local = "local",
        /// Toll-free.
        TollFree = "toll_free",
        /// Mobile.
        Mobile = "mobile",
        /// National.
        National = "national",
        /// With shared cost.
        SharedCost = "shared_cost",
        /// Landline.
        Landline = "landline",
        /// Toll-free, for numbers from before July 2023 or bought recently.
        OldTollFree = "tollfree",
        /// A short code.
        Shortcode = "shortcode",
        /// Any other number.
        Longcode = "longcode",
    }

    /// The status of emergency calls.
    pub enum EmergencyStatus {
        /// Enabled.
        Active = "active",
        /// Being disabled.
        Deprovisioning = "deprovisioning",
        /// Disabled.
        Disabled = "disabled",
        /// Being enabled.
        Provisioning = "provisioning",
        /// Enabling them failed.
        ProvisioningFailed = "provisioning-failed",
    }

    /// How calls that are classified as fraud are handled.
    pub enum InboundCallScreening {
        /// They are connected like other calls.
        Disabled = "disabled",
        /// They are rejected.
        RejectCalls = "reject_calls",
        /// They are flagged.
        FlagCalls = "flag_calls",
    }

    /// How a number was acquired.
    pub enum SourceType {
        /// Bought.
        NumberOrder = "number_order",
        /// Ported from another carrier.
        PortRequest = "port_request",
    }
}
