use crate::wire::received_object;

/// The maximum length of a caller name, in characters.
pub const CNAM_MAX: usize = 15;

received_object! {
    snake_case;

    /// A request to show a caller name with a number's calls.
    pub struct CnamRequest {
        required {
            /// Its id.
            id: String,
        }
        nullable {
            /// The number.
            phone_number_id: String,
            /// The name, in capitals.
            name: String,
            /// Its state, such as `pending`.
            status: String,
            /// Why it was refused.
            reason: String,
            /// What the user must do.
            required_action: String,
            /// When it was created: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}
