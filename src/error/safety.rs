use crate::model::codes;

codes! {
    /// The effect of sending a call twice. Each call states it; it does not follow from the HTTP method.
    ///
    /// Only a [`Create`](Self::Create) is never resent after a lost response.
    ///
    /// ```
    /// use numport::http::Call;
    ///
    /// let search = Call::post("search numbers", &["numbers", "search"]).read_only();
    /// let create = Call::post("create number", &["numbers"]);
    /// # drop((search, create));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[allow(clippy::exhaustive_enums)] // a call changes nothing, changes it once, or adds to it each time
    pub enum Safety {
        /// The call changes nothing. Its method does not matter, because some services read by `POST`.
        Read => "read",
        /// The call sets a state, so sending it twice has the same effect as sending it once: an update or a removal.
        Repeatable => "repeatable",
        /// Sending the call twice may create two resources, or do something else twice.
        Create => "create",
    }
}
