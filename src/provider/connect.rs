use super::NumberProvider;
use crate::error::Result;
use crate::http::ClientBuilder;
use crate::model::ProviderKind;

/// Lists the clients of this build by their kinds.
macro_rules! connect {
    (
        platforms { $($_platforms:tt)* }
        carriers { $($kind:ident $name:literal $module:ident::$Client:ident;)* }
        $($_named:tt)*
    ) => {
        /// Creates the client of a carrier by its name, from variables. It does the same as the carrier's own
        /// `from_vars`, for programs that learn the carrier's name at run time.
        ///
        /// ```
        /// # #[cfg(all(feature = "twilio", feature = "vapi", feature = "sandbox"))]
        /// # #[tokio::main(flavor = "current_thread")]
        /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
        /// use numport::{ImportRequest, Importer, platform, provider, sandbox::Sandbox};
        ///
        /// let sandbox = Sandbox::start().await?;
        /// let vars = |name: &str| sandbox.var(name);
        /// // Both names may come from a command line or a configuration.
        /// let carrier = provider::connect("twilio".parse()?, vars)?;
        /// let importer = Importer::new(carrier, platform::connect("vapi".parse()?, vars)?);
        /// importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
        /// # Ok(())
        /// # }
        /// # #[cfg(not(all(feature = "twilio", feature = "vapi", feature = "sandbox")))]
        /// # fn main() {}
        /// ```
        ///
        /// # Errors
        ///
        /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing or invalid, or the cargo
        /// feature that must be enabled for this carrier.
        pub fn connect(kind: ProviderKind, lookup: impl Fn(&str) -> Option<String>) -> Result<Box<dyn NumberProvider>> {
            builder(kind, lookup)?.build()
        }

        /// Returns the builder of a carrier's client by the carrier's name, to set what no variable sets. It does the
        /// same as the carrier's own `builder_from_vars`.
        ///
        /// # Errors
        ///
        /// [`Error::Invalid`](crate::Error::Invalid) names every variable that is missing, or the cargo feature that
        /// must be enabled for this carrier.
        #[allow(unused_variables)] // in a build without carriers
        pub fn builder(
            kind: ProviderKind,
            lookup: impl Fn(&str) -> Option<String>,
        ) -> Result<ClientBuilder<Box<dyn NumberProvider>>> {
            match kind {
                $(
                    #[cfg(feature = $name)]
                    ProviderKind::$kind => {
                        let builder = super::$Client::builder_from_vars(lookup)?;
                        Ok(builder.map(|client| Box::new(client) as Box<dyn NumberProvider>))
                    }
                )*
                _ => Err(crate::error::not_built(kind.into(), &[$($name),*])),
            }
        }
    };
}

crate::__services!(connect);
