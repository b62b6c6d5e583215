use serde_json::{Map, Value};

use crate::model::{ProblemCode, Problems};
use crate::wire::{received_object, request_object};

received_object! {
    snake_case;

    /// The messaging settings of a number.
    pub struct MessagingSettings {
        nullable {
            /// The messaging profile that gets its messages; null if there is none.
            messaging_profile_id: String,
            /// The product that it uses.
            messaging_product: String,
            /// The kind of messages.
            traffic_type: String,
            /// The organization.
            organization_id: String,
        }
        optional {
            /// The number's id.
            id: String,
            /// `messaging_settings`.
            record_type: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// The country, as two letters.
            country_code: String,
            /// The kind of number, such as `long-code`.
            kind: String = "type",
            /// The products that are available for it.
            eligible_messaging_products: Vec<String>,
            /// Its tags.
            tags: Vec<String>,
            /// The features, under the keys `sms` and `mms`.
            features: Map<String, Value>,
            /// The delivery statistics of its messages.
            health: Map<String, Value>,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}

request_object! {
    snake_case;

    /// An update of the messaging settings of a number. Fields that are not set stay unchanged.
    pub struct UpdateMessagingSettings {
        optional {
            /// Sets the product.
            messaging_product: String,
            /// Sets the tags.
            tags: Vec<String>,
        }
        emptied {
            /// Sets the profile that gets the messages. As documented, an empty text unassigns it, and null keeps it.
            messaging_profile_id: String,
        }
    }
}

impl UpdateMessagingSettings {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if *self == Self::new() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
    }
}
