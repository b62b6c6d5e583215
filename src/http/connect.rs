//! Building a client from variables, and the methods that every client has.

use super::builder::ClientBuilder;
use super::service::ServiceInfo;
use super::vars::Vars;
use crate::error::Result;

/// A client that can be built from environment variables.
/// An implementation states the service and reads its variables. The trait then provides three ways to build a client.
/// The clients of this crate have them as inherent methods, so you need not import this trait.
pub trait Connect: Sized {
    /// The service that the client talks to.
    const SERVICE: &'static ServiceInfo;

    /// Reads the account from its variables. It need not read `<SERVICE>_BASE_URL`, such as `VAPI_BASE_URL`, because
    /// every client reads that variable.
    ///
    /// It returns a builder even if variables are missing; all missing variables are reported together afterwards.
    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self>;

    /// Builds the client from the process's environment variables.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or invalid.
    fn from_env() -> Result<Self> {
        Self::from_vars(Vars::environment)
    }

    /// Builds the client from variables; `lookup` returns a variable by its name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or invalid.
    fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        Self::builder_from_vars(lookup)?.build()
    }

    /// Returns a builder with the account from these variables, to set what no variable sets.
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
            /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or invalid.
            pub fn from_env() -> $crate::Result<Self> {
                <Self as $crate::http::Connect>::from_env()
            }

            /// Builds the client from variables as [`from_env`](Self::from_env) does, but `lookup` returns each
            /// variable by its name.
            ///
            /// # Errors
            ///
            /// The same errors as [`from_env`](Self::from_env).
            pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> $crate::Result<Self> {
                <Self as $crate::http::Connect>::from_vars(lookup)
            }

            /// Returns a builder with the account from these variables, to set what no variable sets, such as a limit
            /// of requests.
            ///
            /// # Errors
            ///
            /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing.
            pub fn builder_from_vars(
                lookup: impl Fn(&str) -> Option<String>,
            ) -> $crate::Result<$crate::http::ClientBuilder<Self>> {
                <Self as $crate::http::Connect>::builder_from_vars(lookup)
            }

            /// Sends a call to an endpoint that this client has no method for, and reads the JSON of its response. See
            /// [raw requests](crate::http#raw-requests).
            ///
            /// # Errors
            ///
            /// The same errors as [`Client::request`](crate::http::Client::request).
            pub async fn request<T: serde::de::DeserializeOwned>(&self, call: $crate::http::Call) -> $crate::Result<T> {
                self.http.request(call).await
            }

            /// Returns the underlying HTTP client. Use it to read lists of several pages, and to send calls whose
            /// response has no body.
            #[must_use]
            pub const fn http(&self) -> &$crate::http::Client {
                &self.http
            }
        }
    };
}

pub(crate) use client_methods;
