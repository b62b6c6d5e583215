use crate::wire::received_object;

/// The most characters of a caller's name.
pub const CNAM_MAX: usize = 15;

received_object! {
    snake_case;

    /// A request to show a caller's name with a number's calls, as SignalWire keeps it.
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
            /// What you have to do.
            required_action: String,
            /// When it was made: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }
}
