use serde_json::Number;

use super::{Application, CnamLookup, NumberType, PhoneNumber, Subaccount, Trunk, TrunkDirection, TrunkStatus};
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, query_object, received_object};

/// The maximum number of entries per page.
pub const LIMIT_MAX: u16 = 20;

/// The pages of all lists: the entries and the link to the next page.
macro_rules! pages {
    ($($(#[$doc:meta])* $Page:ident of $Item:ty;)+) => {
        received_object! {
            snake_case;

            $(
                $(#[$doc])*
                pub struct $Page {
                    required {
                        /// The entries.
                        objects: Vec<$Item>,
                    }
                    nullable {
                        /// The position of the page in the list.
                        meta: PageMeta,
                        /// The id of the request.
                        api_id: String,
                    }
                }
            )+
        }

        $(
            impl Page for $Page {
                type Item = $Item;

                fn split(self) -> (Vec<$Item>, Option<String>) {
                    (self.objects, self.meta.and_then(|meta| meta.next))
                }
            }
        )+
    };
}

pages! {
    /// One page of the numbers in an account.
    NumberPage of PhoneNumber;
    /// One page of applications.
    ApplicationPage of Application;
    /// One page of SIP trunks.
    TrunkPage of Trunk;
    /// One page of subaccounts.
    SubaccountPage of Subaccount;
}

received_object! {
    snake_case;

    /// The position of a page in its list.
    pub struct PageMeta {
        nullable {
            /// The number of entries per page.
            limit: Number,
            /// The number of entries before the page.
            offset: Number,
            /// The URL of the next page, relative to the host; null on the last page.
            next: String,
            /// The URL of the previous page.
            previous: String,
            /// The total number of entries.
            total_count: Number,
        }
    }
}

query_object! {
    /// Which numbers to list. Defaults to all numbers.
    pub struct ListNumbers {
        texts {
            /// Only numbers that begin with these digits.
            number_startswith = "number_startswith",
            /// Only numbers of this subaccount, `SA…`.
            subaccount = "subaccount",
            /// Only numbers with exactly this name.
            alias = "alias",
            /// Only numbers with an object of this type (private beta).
            object_type = "object_type",
            /// Only numbers with this object (private beta).
            object_id = "object_id",
            /// Only numbers with this status of the registration for messages in the US.
            tendlc_registration_status = "tendlc_registration_status",
            /// Only numbers of this campaign.
            tendlc_campaign_id = "tendlc_campaign_id",
            /// Only toll-free numbers with this verification status.
            toll_free_sms_verification = "toll_free_sms_verification",
            /// Only toll-free numbers whose verification order has this status.
            toll_free_sms_verification_order_status = "toll_free_sms_verification_order_status",
            /// Only numbers that are renewed on this date, such as `2024-03-14`.
            renewal_date = "renewal_date",
            /// Only numbers that are renewed after this date.
            renewal_date_gt = "renewal_date__gt",
            /// Only numbers that are renewed on this date or after.
            renewal_date_gte = "renewal_date__gte",
            /// Only numbers that are renewed before this date.
            renewal_date_lt = "renewal_date__lt",
            /// Only numbers that are renewed on this date or before.
            renewal_date_lte = "renewal_date__lte",
            /// The cursor of a page. A page has either a cursor or an offset.
            cursor = "cursor",
        }
        values {
            /// Only numbers of this kind.
            number_type: NumberType = "type",
            /// Only numbers with these services.
            services: Services = "services",
            /// Only numbers with, or only numbers without, caller name lookup.
            cnam_lookup: CnamLookup = "cnam_lookup",
            /// The number of entries before the page. Defaults to 0.
            offset: u32 = "offset",
            /// The number of entries per page, 1 to 20. Defaults to 20.
            limit: u16 = "limit",
        }
    }

    /// Which applications to list. Defaults to all applications.
    pub struct ListApplications {
        texts {
            /// Only applications of this subaccount, `SA…`.
            subaccount = "subaccount",
            /// Only applications with this name.
            app_name = "app_name",
            /// The cursor of a page.
            cursor = "cursor",
        }
        values {
            /// The number of entries before the page. Defaults to 0.
            offset: u32 = "offset",
            /// The number of entries per page, 1 to 20. Defaults to 20.
            limit: u16 = "limit",
        }
    }

    /// Which SIP trunks to list. Defaults to all trunks.
    pub struct ListTrunks {
        texts {
            /// Only trunks with this list of addresses.
            ipacl_uuid = "ipacl_uuid",
            /// Only trunks with this login.
            credential_uuid = "credential_uuid",
            /// Only trunks to this address.
            primary_uri_uuid = "primary_uri_uuid",
            /// Only trunks with this second address.
            fallback_uri_uuid = "fallback_uri_uuid",
            /// The cursor of a page.
            cursor = "cursor",
        }
        values {
            /// Only trunks with this status.
            trunk_status: TrunkStatus = "trunk_status",
            /// Only trunks in this direction.
            trunk_direction: TrunkDirection = "trunk_direction",
            /// Only trunks with encryption, or only trunks without it.
            secure: bool = "secure",
            /// The number of entries before the page. Defaults to 0.
            offset: u32 = "offset",
            /// The number of entries per page, 1 to 20. Defaults to 20.
            limit: u16 = "limit",
        }
    }

    /// Which subaccounts to list. Defaults to all subaccounts.
    pub struct ListSubaccounts {
        texts {
            /// The cursor of a page.
            cursor = "cursor",
        }
        values {
            /// The number of entries before the page. Defaults to 0.
            offset: u32 = "offset",
            /// The number of entries per page, 1 to 20. Defaults to 20.
            limit: u16 = "limit",
        }
    }
}

open_enum! {
    /// The services that a list of numbers can be filtered by.
    pub enum Services {
        /// Calls.
        Voice = "voice",
        /// Text messages.
        Sms = "sms",
        /// Picture messages.
        Mms = "mms",
        /// Calls and text messages.
        VoiceSms = "voice,sms",
        /// All of them.
        VoiceSmsMms = "voice,sms,mms",
    }
}

/// A page of a list.
pub(in super::super) trait Page {
    type Item;

    /// Its entries and the link to the next page.
    fn split(self) -> (Vec<Self::Item>, Option<String>);
}

/// A list that the client can request.
pub(in super::super) trait List: Sync {
    fn query(&self, call: crate::http::Call) -> crate::http::Call;

    fn check(&self, problems: &mut Problems);
}

macro_rules! lists {
    ($($List:ident),+) => {$(
        impl List for $List {
            fn query(&self, call: crate::http::Call) -> crate::http::Call {
                Self::query(self, call)
            }

            fn check(&self, problems: &mut Problems) {
                if let Some(limit) = self.limit.filter(|limit| !(1..=LIMIT_MAX).contains(limit)) {
                    let remedy = format!("use 1 to {LIMIT_MAX}");
                    problems.add(ProblemCode::OutOfRange, "limit", format!("is {limit}"), remedy);
                }
                // A server that accepts both would apply the offset to each page, and repeat a page forever.
                if self.cursor.is_some() && self.offset.is_some() {
                    let fault = "is set together with a cursor";
                    problems.add(ProblemCode::Conflict, "offset", fault, "give one of the two");
                }
            }
        }
    )+};
}

lists!(ListNumbers, ListApplications, ListTrunks, ListSubaccounts);
