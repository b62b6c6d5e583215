use crate::model::{Secret, Timestamp};
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number in a Telnyx account
    /// (<https://developers.telnyx.com/api-reference/phone-number-configurations/retrieve-a-phone-number>).
    pub struct PhoneNumber {
        nullable {
            /// Its id: a number of up to 19 digits, as a text.
            id: String,
            /// `phone_number`.
            record_type: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// The country, as two letters.
            country_iso_alpha2: String,
            /// Whether the number can be used.
            status: PhoneNumberStatus,
            /// The kind of number.
            phone_number_type: PhoneNumberType,
            /// Its tags.
            tags: Vec<String>,
            /// The PIN that allows to move the number to another carrier.
            external_pin: Secret,
            /// The connection that gets its calls; null or empty if none does.
            connection_id: String,
            /// The name of that connection.
            connection_name: String,
            /// Your own reference.
            customer_reference: String,
            /// The profile that gets its messages; null or empty if none does, `UNAVAILABLE` if Telnyx could not load it.
            messaging_profile_id: String,
            /// The name of that profile.
            messaging_profile_name: String,
            /// The campaign of its messages.
            messaging_campaign_id: String,
            /// The group that its costs are billed to.
            billing_group_id: String,
            /// Whether emergency calls are enabled.
            emergency_enabled: bool,
            /// The address for emergency calls.
            emergency_address_id: String,
            /// The state of emergency calls.
            emergency_status: EmergencyStatus,
            /// Whether call forwarding is allowed. It is true by default, also if nothing is forwarded: see
            /// [`CallForwarding`](super::CallForwarding).
            call_forwarding_enabled: bool,
            /// Whether the name of its holder is listed.
            cnam_listing_enabled: bool,
            /// Whether callers' names are looked up.
            caller_id_name_enabled: bool,
            /// Whether calls are recorded.
            call_recording_enabled: bool,
            /// Whether it has a T.38 fax gateway.
            t38_fax_gateway_enabled: bool,
            /// Whether HD voice is enabled.
            hd_voice_enabled: bool,
            /// What happens to calls that count as fraud.
            inbound_call_screening: InboundCallScreening,
            /// How the number came to the account.
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

    /// A number as the slim list shows it: without what other services keep.
    pub struct SlimPhoneNumber {
        nullable {
            /// The PIN that allows to move the number to another carrier.
            external_pin: Secret,
            /// The connection that gets its calls.
            connection_id: String,
            /// Your own reference.
            customer_reference: String,
            /// The group that its costs are billed to.
            billing_group_id: String,
            /// Whether emergency calls are enabled.
            emergency_enabled: bool,
            /// The address for emergency calls.
            emergency_address_id: String,
            /// The state of emergency calls.
            emergency_status: EmergencyStatus,
            /// Whether call forwarding is allowed.
            call_forwarding_enabled: bool,
            /// Whether the name of its holder is listed.
            cnam_listing_enabled: bool,
            /// Whether callers' names are looked up.
            caller_id_name_enabled: bool,
            /// Whether calls are recorded.
            call_recording_enabled: bool,
            /// Whether it has a T.38 fax gateway.
            t38_fax_gateway_enabled: bool,
            /// What happens to calls that count as fraud.
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
            /// Whether the number can be used.
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
    /// Returns when the number was created, if that can be read.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.created_at.as_deref()?.parse().ok()
    }

    /// Returns when the number was last changed, if that can be read.
    #[must_use]
    pub fn updated(&self) -> Option<Timestamp> {
        self.updated_at.as_deref()?.parse().ok()
    }
}

impl PhoneNumberStatus {
    /// Returns the same status in today's spelling: older documents write `_` for `-`.
    #[must_use]
    pub fn in_todays_spelling(&self) -> Self {
        Self::from_wire(&self.as_str().replace('_', "-"))
    }
}

open_enum! {
    /// Whether a number can be used.
    pub enum PhoneNumberStatus {
        /// The purchase is in progress.
        PurchasePending = "purchase-pending",
        /// The purchase failed.
        PurchaseFailed = "purchase-failed",
        /// The move to Telnyx is in progress.
        PortPending = "port-pending",
        /// The move to Telnyx failed.
        PortFailed = "port-failed",
        /// It can be used.
        Active = "active",
        /// It was given up.
        Deleted = "deleted",
        /// It is for emergency calls only.
        EmergencyOnly = "emergency-only",
        /// It was moved to another carrier.
        PortedOut = "ported-out",
        /// The move to another carrier is in progress.
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

    /// The kind of number. The last three are older words.
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
        /// Toll-free, in numbers from before July 2023 or bought just now.
        OldTollFree = "tollfree",
        /// A short code.
        Shortcode = "shortcode",
        /// Any other number.
        Longcode = "longcode",
    }

    /// The state of emergency calls.
    pub enum EmergencyStatus {
        /// They are enabled.
        Active = "active",
        /// They are being disabled.
        Deprovisioning = "deprovisioning",
        /// They are disabled.
        Disabled = "disabled",
        /// They are being enabled.
        Provisioning = "provisioning",
        /// They could not be enabled.
        ProvisioningFailed = "provisioning-failed",
    }

    /// What happens to calls that count as fraud.
    pub enum InboundCallScreening {
        /// Nothing.
        Disabled = "disabled",
        /// They are rejected.
        RejectCalls = "reject_calls",
        /// They are marked.
        FlagCalls = "flag_calls",
    }

    /// How a number came to the account.
    pub enum SourceType {
        /// It was bought.
        NumberOrder = "number_order",
        /// It was moved from another carrier.
        PortRequest = "port_request",
    }
}
