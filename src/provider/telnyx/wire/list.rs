use serde_json::Number;

use super::{Connection, MessagingSettings, PhoneNumber, PhoneNumberStatus, SlimPhoneNumber, VoiceSettings};
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, query_object, received_object};

/// The maximum number of entries per page.
pub const PAGE_MAX: u16 = 250;
/// The minimum length of a filter on a connection's name, in characters.
pub const NAME_PART_MIN: usize = 3;

/// The pages of all lists: the entries and the page's position.
macro_rules! pages {
    ($($(#[$doc:meta])* $Page:ident of $Item:ty;)+) => {
        received_object! {
            snake_case;

            $(
                $(#[$doc])*
                pub struct $Page {
                    required {
                        /// The entries.
                        data: Vec<$Item>,
                    }
                    optional {
                        /// The position of the page in the list.
                        meta: PageMeta,
                    }
                }
            )+
        }
    };
}

pages! {
    /// One page of the numbers in an account.
    NumberPage of PhoneNumber;
    /// One page of the numbers in an account, in the shorter form.
    SlimNumberPage of SlimPhoneNumber;
    /// One page of the voice settings of numbers.
    VoicePage of VoiceSettings;
    /// One page of the messaging settings of numbers.
    MessagingPage of MessagingSettings;
    /// One page of connections.
    ConnectionPage of Connection;
}

received_object! {
    snake_case;

    /// The position of a page in its list.
    pub struct PageMeta {
        optional {
            /// The number of the page, from 1.
            page_number: Number,
            /// The number of entries per page.
            page_size: Number,
            /// The total number of pages.
            total_pages: Number,
            /// The total number of entries.
            total_results: Number,
        }
    }
}

impl PageMeta {
    /// Whether more pages follow, as far as the response says.
    pub(in super::super) fn has_more_than(&self, page: u32) -> Option<bool> {
        self.total_pages.as_ref().and_then(Number::as_u64).map(|total| u64::from(page) < total)
    }
}

query_object! {
    /// Which numbers to list. Defaults to all numbers, the newest first.
    pub struct ListNumbers {
        texts {
            /// Only numbers that contain these digits, at least three. Telnyx finds nothing if the text contains a `+`.
            /// This is not an exact match.
            phone_number = "filter[phone_number]",
            /// Only numbers with this tag.
            tag = "filter[tag]",
            /// Only numbers on this connection.
            connection_id = "filter[connection_id]",
            /// Only numbers of this country, as two letters.
            country_iso_alpha2 = "filter[country_iso_alpha2]",
            /// Only numbers with this customer reference.
            customer_reference = "filter[customer_reference]",
            /// Only numbers of this billing group; `null` finds those without one.
            billing_group_id = "filter[billing_group_id]",
            /// Only numbers with this emergency address; `null` finds those without one.
            emergency_address_id = "filter[emergency_address_id]",
            /// `true`: only numbers without tags.
            without_tags = "filter[without_tags]",
            /// Only numbers whose connection's name contains this, at least three characters.
            connection_name_contains = "filter[voice.connection_name][contains]",
            /// Only numbers whose connection's name begins with this, at least three characters.
            connection_name_starts_with = "filter[voice.connection_name][starts_with]",
            /// Only numbers whose connection's name ends with this, at least three characters.
            connection_name_ends_with = "filter[voice.connection_name][ends_with]",
            /// Only numbers whose connection has this name.
            connection_name = "filter[voice.connection_name][eq]",
        }
        values {
            /// Only numbers with this status.
            status: PhoneNumberStatus = "filter[status]",
            /// Only numbers of this kind.
            number_type: NumberTypeFilter = "filter[number_type][eq]",
            /// Only numbers that were acquired in this way.
            source: SourceFilter = "filter[source]",
            /// Only numbers with this payment method.
            usage_payment_method: UsagePaymentMethod = "filter[voice.usage_payment_method]",
            /// The sort order.
            sort: SortNumbers = "sort",
            /// The number of the page, from 1. Defaults to 1.
            page_number: u32 = "page[number]",
            /// The number of entries per page, 1 to 250. Defaults to 20.
            page_size: u16 = "page[size]",
        }
        apart {
            /// Whether the list includes a number whose messaging profile cannot be loaded. Otherwise the list fails
            /// with status 503 if there is one. A slim list shows nothing of messaging, and does not take this.
            handle_messaging_profile_error: bool,
            /// Whether a slim list includes the connections' names. Other lists always do.
            include_connection: bool,
            /// Whether a slim list includes the tags. Other lists always do.
            include_tags: bool,
        }
    }

    /// The numbers whose voice settings to list. Defaults to all numbers.
    pub struct ListVoiceSettings {
        texts {
            /// Only numbers that contain these digits, at least three, without `+`.
            phone_number = "filter[phone_number]",
            /// Only numbers whose connection's name contains this, at least three characters.
            connection_name_contains = "filter[connection_name][contains]",
            /// Only numbers with this customer reference.
            customer_reference = "filter[customer_reference]",
        }
        values {
            /// Only numbers with this payment method.
            usage_payment_method: UsagePaymentMethod = "filter[voice.usage_payment_method]",
            /// The sort order.
            sort: SortNumbers = "sort",
            /// The number of the page, from 1. Defaults to 1.
            page_number: u32 = "page[number]",
            /// The number of entries per page, 1 to 250. Defaults to 20.
            page_size: u16 = "page[size]",
        }
    }

    /// The numbers whose messaging settings to list. Defaults to all numbers.
    pub struct ListMessagingSettings {
        texts {
            /// Only this number.
            phone_number = "filter[phone_number]",
            /// Only numbers of this kind, such as `long-code`.
            kind = "filter[type]",
        }
        values {
            /// The number of the page, from 1. Defaults to 1.
            page_number: u32 = "page[number]",
            /// The number of entries per page, 1 to 250. Defaults to 20.
            page_size: u16 = "page[size]",
        }
    }

    /// Which connections to list. Defaults to all connections.
    pub struct ListConnections {
        texts {
            /// Only connections whose name contains this, at least three characters.
            connection_name_contains = "filter[connection_name][contains]",
            /// Only connections to this host.
            fqdn = "filter[fqdn]",
            /// Only connections with this outbound voice profile.
            outbound_voice_profile_id = "filter[outbound_voice_profile_id]",
            /// The field to sort by.
            sort = "sort",
        }
        values {
            /// The number of the page, from 1. Defaults to 1.
            page_number: u32 = "page[number]",
            /// The number of entries per page, 1 to 250. Defaults to 20.
            page_size: u16 = "page[size]",
        }
    }
}

open_enum! {
    /// The kinds of numbers that a list can be filtered by.
    pub enum NumberTypeFilter {
        /// Local.
        Local = "local",
        /// National.
        National = "national",
        /// Toll-free.
        TollFree = "toll_free",
        /// Mobile.
        Mobile = "mobile",
        /// With shared cost.
        SharedCost = "shared_cost",
    }

    /// A filter on how a number was acquired.
    pub enum SourceFilter {
        /// Ported from another carrier.
        Ported = "ported",
        /// Bought.
        Purchased = "purchased",
    }

    /// The payment method of a number.
    pub enum UsagePaymentMethod {
        /// By the minute.
        PayPerMinute = "pay-per-minute",
        /// By the channel.
        Channel = "channel",
    }

    /// The order of a list of numbers.
    pub enum SortNumbers {
        /// By the date of purchase.
        PurchasedAt = "purchased_at",
        /// By the number. Only this order does not change while pages are read.
        PhoneNumber = "phone_number",
        /// By the connection's name.
        ConnectionName = "connection_name",
        /// By the payment method.
        UsagePaymentMethod = "usage_payment_method",
    }
}

/// A list that can be read page by page.
pub(in super::super) trait Paged: Clone + Send + Sync {
    fn page(&self) -> (Option<u32>, Option<u16>);

    fn at_page(self, page: u32) -> Self;

    fn check(&self, problems: &mut Problems);
}

macro_rules! paged {
    ($($List:ident: $($digits:ident)? [$($part:ident $field:literal),*];)+) => {$(
        impl Paged for $List {
            fn page(&self) -> (Option<u32>, Option<u16>) {
                (self.page_number, self.page_size)
            }

            fn at_page(self, page: u32) -> Self {
                self.page_number(page)
            }

            fn check(&self, problems: &mut Problems) {
                check_page(self.page(), problems);
                $(check_digits(self.$digits.as_deref(), problems);)?
                $(
                    if let Some(part) = &self.$part {
                        problems.length($field, part, NAME_PART_MIN, usize::MAX);
                    }
                )*
            }
        }
    )+};
}

paged! {
    ListNumbers: phone_number [
        connection_name_contains "connection_name_contains",
        connection_name_starts_with "connection_name_starts_with",
        connection_name_ends_with "connection_name_ends_with"
    ];
    ListVoiceSettings: phone_number [connection_name_contains "connection_name_contains"];
    ListMessagingSettings: [];
    ListConnections: [connection_name_contains "connection_name_contains"];
}

fn check_page((number, size): (Option<u32>, Option<u16>), problems: &mut Problems) {
    if number == Some(0) {
        problems.add(ProblemCode::OutOfRange, "page_number", "is 0", "use 1 or more");
    }
    if let Some(size) = size.filter(|size| !(1..=PAGE_MAX).contains(size)) {
        problems.add(ProblemCode::OutOfRange, "page_size", format!("is {size}"), format!("use 1 to {PAGE_MAX}"));
    }
}

/// For anything else Telnyx returns an empty list, as if the account did not hold the number.
fn check_digits(digits: Option<&str>, problems: &mut Problems) {
    let is_good = |text: &str| text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_some_and(|text| !is_good(text)) {
        let fault = "must be at least 3 digits, otherwise Telnyx finds nothing";
        problems.add(ProblemCode::Malformed, "phone_number", fault, "give the digits without `+`: `E164::digits`");
    }
}
