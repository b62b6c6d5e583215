//! Building a client from variables, and the methods that every client has.

use super::builder::ClientBuilder;
use super::service::ServiceInfo;
use super::vars::Vars;
use crate::error::Result;

/// A client that can be built from environment variables.
///
/// An implementation states the service and reads its variables; the three ways to build a client follow. The clients
/// of this crate have them as methods of their own, so that no import of this trait is needed.
pub trait Connect: Sized {
    /// The service that the client talks to.
    const SERVICE: &'static ServiceInfo;

    /// Reads the account from its variables. `<SERVICE>_BASE_URL`, such as `VAPI_BASE_URL`, needs no mention: it is
    /// read for every client.
    ///
    /// Returns a builder even when variables are missing; they are reported together afterwards.
    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self>;

    /// Builds the client from the process's environment variables.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or wrong.
    fn from_env() -> Result<Self> {
        Self::from_vars(Vars::environment)
    }

    /// Builds the client from variables that `lookup` returns by name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or wrong.
    fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        Self::builder_from_vars(lookup)?.build()
    }

    /// Returns a builder with the account from these variables, for settings that no variable has.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing.
    fn builder_from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<ClientBuilder<Self>> {
        let service = Self::SERVICE.service.as_str();
        let mut vars = Vars::new(&lookup);
        let builder = Self::builder_from(&mut vars);
        let base_url = vars.optional(&format!("{}_BASE_URL", service.to_ascii_uppercase().replace('-', "_")));
        let variables = vars.finish(service)?;
        let mut builder = base_url.into_iter().fold(builder, ClientBuilder::base_url);
        builder.variables = variables;
        Ok(builder)
    }
}

/// Gives a client with a field `http` the methods that all clients have.
macro_rules! client_methods {
    ($client:ident $(, $field:ident)*) => {
        /// The service and its address alone, in a line.
        impl std::fmt::Debug for $client {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($client)).field("http", &self.http)
                    $(.field(stringify!($field), &self.$field))*
                    .finish_non_exhaustive()
            }
        }

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
