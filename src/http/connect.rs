//! The methods that every client has.

/// Gives a client with a field `http` the methods that all clients have.
macro_rules! client_methods {
    ($client:ty) => {
        impl $client {
            /// Builds the client from the environment variables that are listed [above](Self).
            ///
            /// # Errors
            ///
            /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or wrong.
            pub fn from_env() -> $crate::Result<Self> {
                <Self as $crate::http::Connect>::from_env()
            }

            /// Builds the client from variables that `lookup` returns by name, as [`from_env`](Self::from_env) does
            /// from the environment.
            ///
            /// # Errors
            ///
            /// As [`from_env`](Self::from_env).
            pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> $crate::Result<Self> {
                <Self as $crate::http::Connect>::from_vars(lookup)
            }

            /// Returns a builder with the account from these variables, for settings that no variable has, such as a
            /// limit of requests.
            ///
            /// # Errors
            ///
            /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing.
            pub fn builder_from_vars(
                lookup: impl Fn(&str) -> Option<String>,
            ) -> $crate::Result<$crate::http::ClientBuilder<Self>> {
                <Self as $crate::http::Connect>::builder_from_vars(lookup)
            }

            /// Sends a call that has no method here, and reads the JSON of its response. See
            /// [raw requests](crate::http#raw-requests).
            ///
            /// # Errors
            ///
            /// As [`Client::request`](crate::http::Client::request).
            pub async fn request<T: serde::de::DeserializeOwned>(&self, call: $crate::http::Call) -> $crate::Result<T> {
                self.http.request(call).await
            }

            /// Returns the HTTP client underneath, for raw requests of lists with several pages and of calls whose
            /// response has no body.
            #[must_use]
            pub const fn http(&self) -> &$crate::http::Client {
                &self.http
            }
        }
    };
}

pub(crate) use client_methods;
