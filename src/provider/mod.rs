//! Where numbers are held: [`NumberProvider`] and its implementations.

mod carriers;
mod connect;
mod declared;

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

pub use self::carriers::Carriers;
pub(crate) use self::carriers::{Holding, combine, name};
pub use self::connect::{builder, connect};
use crate::E164;
use crate::error::Result;
use crate::model::{AccountId, CallbackUrl, Details, NumberSource, ProviderKind, Routing};

/// Declares the modules of all carriers in the list, and re-exports their clients.
macro_rules! modules {
    (
        platforms { $($_platforms:tt)* }
        carriers { $($_kind:ident $name:literal $module:ident::$Client:ident;)* }
        $($_named:tt)*
    ) => {$(
        #[cfg(feature = $name)]
        #[cfg_attr(docsrs, doc(cfg(feature = $name)))]
        pub mod $module;
        #[cfg(feature = $name)]
        pub use self::$module::$Client;
    )*};
}

crate::__services!(modules);

/// Where a number is held.
///
/// Implement every method; there are no defaults. `Arc`, `Box` and references of an implementation
/// are implementations too. An implementation needs the crates `async-trait` and `futures-util` (for
/// `BoxStream`):
///
/// ```
/// use async_trait::async_trait;
/// use futures_util::stream::{self, BoxStream, StreamExt};
/// use numport::model::{AccountId, ProviderKind};
/// use numport::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};
/// use numport::{Byo, E164, NumberSource, Result};
///
/// /// Numbers of a list; the platform keeps the carrier's credentials.
/// #[derive(Debug)]
/// struct Sheet(Vec<E164>);
///
/// #[async_trait]
/// impl NumberProvider for Sheet {
///     fn kind(&self) -> ProviderKind {
///         ProviderKind::from_static("sheet")
///     }
///
///     fn account(&self) -> AccountId {
///         AccountId::new("the sheet of sales")
///     }
///
///     fn carriers(&self) -> Vec<&dyn NumberProvider> {
///         vec![self]
///     }
///
///     fn source(&self) -> NumberSource {
///         Byo::stored_default(ProviderKind::TWILIO).into()
///     }
///
///     async fn lookup(&self, number: &E164) -> Result<Ownership> {
///         let held = self.0.contains(number).then(|| HeldNumber::new(*number, ()));
///         Ok(held.map_or(Ownership::NotHeld, Ownership::Held))
///     }
///
///     fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
///         stream::iter(&self.0).map(|number| Ok(HeldNumber::new(*number, ()))).boxed()
///     }
///
///     fn routing(&self) -> Option<&dyn RoutingControl> {
///         None
///     }
/// }
/// ```
#[async_trait]
pub trait NumberProvider: Debug + Send + Sync {
    /// Which kind of provider it is.
    fn kind(&self) -> ProviderKind;

    /// Which account it is: the same for every client of one account, in every process. A plan is applied to no
    /// other account.
    fn account(&self) -> AccountId;

    /// The single carriers that it consists of: itself, unless it is several of them ([`Carriers`]).
    fn carriers(&self) -> Vec<&dyn NumberProvider>;

    /// What a platform needs to reach its numbers: the account's credentials, the trunk, or the name of what
    /// the platform has stored already. No I/O.
    fn source(&self) -> NumberSource;

    /// Whether the provider holds this number.
    ///
    /// # Errors
    ///
    /// When the provider cannot be asked.
    async fn lookup(&self, number: &E164) -> Result<Ownership>;

    /// Every number it holds. The stream ends after its first error, which is
    /// [`Error::Invalid`](crate::Error::Invalid) when the provider cannot tell its numbers, as a SIP trunk whose numbers
    /// are not declared.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>>;

    /// How to see and set where its numbers' calls go; `None` where the provider does not keep that.
    fn routing(&self) -> Option<&dyn RoutingControl>;
}

/// Where a provider's numbers send their calls and messages: seen, and put back.
#[async_trait]
pub trait RoutingControl: Debug + Send + Sync {
    /// The routing of a number as it is now; `None` when the provider does not hold it.
    ///
    /// # Errors
    ///
    /// When the provider cannot be asked.
    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>>;

    /// The settings that are a part of this one, by the provider's names: the method of a URL. They are put back
    /// together. Empty for a setting that has none.
    fn parts_of(&self, setting: &str) -> &'static [&'static str];

    /// Sets the settings of this routing, whatever they are now, leaves those that it does not name, and answers the
    /// routing as it is then. [`Importer::restore`](crate::Importer::restore) looks first who has changed them.
    ///
    /// # Errors
    ///
    /// When the provider cannot be asked or refuses; doing it again is safe.
    async fn restore(&self, routing: &Routing) -> Result<Routing>;

    /// Sends the calls of the number of this routing to an address, and takes away whatever would get them all the
    /// same, such as a trunk. Messages stay where they are. Answers the routing as it is then.
    ///
    /// # Errors
    ///
    /// When the provider cannot be asked or refuses; doing it again is safe.
    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing>;
}

/// Whether a provider holds a number.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ownership {
    /// It does.
    Held(HeldNumber),
    /// Another account holds it, one that the same credentials can see.
    HeldBySubaccount(HeldNumber),
    /// It does not.
    NotHeld,
    /// It cannot be asked: a SIP trunk does not tell its numbers, unless they are declared.
    NotVerifiable,
}

/// A number as its provider tells of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HeldNumber {
    /// The number.
    pub number: E164,
    /// The provider's own id of it.
    pub id: Option<String>,
    /// The provider's id of the account that holds it.
    pub account: Option<String>,
    /// The provider's name for it, for people.
    pub label: Option<String>,
    /// Whether it can take or make voice calls, where the provider tells.
    pub voice: Option<bool>,
    /// Whether it is another carrier's number of which the provider carries a part.
    pub hosted: bool,
    /// The provider's word for its state, when that is not the ordinary one.
    pub unusual_status: Option<String>,
    /// Where its calls and messages go now, where the provider keeps that.
    pub routing: Option<Routing>,
    /// The provider's own object.
    pub details: Details,
}

impl HeldNumber {
    /// A number of which nothing else is known; set the other fields on it. `details` is the provider's own
    /// object, or `()`.
    pub fn new<T: Any + Debug + Send + Sync>(number: E164, details: T) -> Self {
        Self {
            number,
            id: None,
            account: None,
            label: None,
            voice: None,
            hosted: false,
            unusual_status: None,
            routing: None,
            details: Details::new(details),
        }
    }
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: NumberProvider + ?Sized> NumberProvider for $pointer {
            fn kind(&self) -> ProviderKind {
                (**self).kind()
            }

            fn account(&self) -> AccountId {
                (**self).account()
            }

            fn carriers(&self) -> Vec<&dyn NumberProvider> {
                (**self).carriers()
            }

            fn source(&self) -> NumberSource {
                (**self).source()
            }

            async fn lookup(&self, number: &E164) -> Result<Ownership> {
                (**self).lookup(number).await
            }

            fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
                (**self).list()
            }

            fn routing(&self) -> Option<&dyn RoutingControl> {
                (**self).routing()
            }
        }
    )+};
}

forward!(&T, Box<T>, Arc<T>);
