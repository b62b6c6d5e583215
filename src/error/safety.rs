use crate::model::codes;

codes! {
    /// What sending a call twice would do. Each call states it; the HTTP method does not decide it.
    ///
    /// Only a [`Create`](Self::Create) is never resent after a lost response.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums)] // a call changes nothing, changes it once, or adds to it each time
    pub enum Safety {
        /// It changes nothing, whatever its method: some services read by `POST`.
        Read => "read",
        /// It sets a state, so that sending it twice leaves what sending it once does: an update, a removal.
        Repeatable => "repeatable",
        /// Sending it twice may create two, or do something else twice.
        Create => "create",
    }
}
