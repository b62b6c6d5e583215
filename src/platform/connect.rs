use super::VoicePlatform;
use crate::error::Result;
use crate::http::ClientBuilder;
use crate::model::PlatformKind;

/// Lists the clients of this build by their kinds.
macro_rules! connect {
    (platforms { $($kind:ident $name:literal $module:ident::$Client:ident [$($_domain:literal),*];)* } $($_rest:tt)*) => {
        /// Creates the client of a platform by its name, from variables. It does the same as the platform's own
        /// `from_vars`, for programs that learn the platform's name at run time.
        ///
        /// ```
        /// # #[cfg(feature = "vapi")] {
        /// let variables = |name: &str| (name == "VAPI_API_KEY").then(|| "my-private-key".to_owned());
        /// let platform = numport::platform::connect("vapi".parse()?, variables)?;
        /// assert_eq!(platform.kind().as_str(), "vapi");
        /// # }
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        ///
        /// # Errors
        ///
        /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or invalid, or the cargo
        /// feature that must be enabled for this platform.
        pub fn connect(kind: PlatformKind, lookup: impl Fn(&str) -> Option<String>) -> Result<Box<dyn VoicePlatform>> {
            builder(kind, lookup)?.build()
        }

        /// Returns the builder of a platform's client by the platform's name, to set what no variable sets. It does the
        /// same as the platform's own `builder_from_vars`.
        ///
        /// ```
        /// # #[cfg(feature = "vapi")] {
        /// use std::time::Duration;
        ///
        /// let variables = |name: &str| (name == "VAPI_API_KEY").then(|| "my-private-key".to_owned());
        /// let builder = numport::platform::builder("vapi".parse()?, variables)?;
        /// let platform = builder.timeout(Duration::from_secs(20)).build()?;
        /// assert_eq!(platform.kind().as_str(), "vapi");
        /// # }
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        ///
        /// # Errors
        ///
        /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing, or the cargo feature that
        /// must be enabled for this platform.
        #[allow(unused_variables)] // in a build without platforms
        pub fn builder(
            kind: PlatformKind,
            lookup: impl Fn(&str) -> Option<String>,
        ) -> Result<ClientBuilder<Box<dyn VoicePlatform>>> {
            match kind {
                $(
                    #[cfg(feature = $name)]
                    PlatformKind::$kind => {
                        let builder = super::$Client::builder_from_vars(lookup)?;
                        Ok(builder.map(|client| Box::new(client) as Box<dyn VoicePlatform>))
                    }
                )*
                _ => Err(crate::error::not_built(kind.into(), &[$($name),*])),
            }
        }
    };
}

crate::__services!(connect);
