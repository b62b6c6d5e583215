//! Carriers, which hold the numbers: [`NumberProvider`] and its implementations.

mod carriers;
mod connect;
mod declared;
mod reached_by;
mod sip_facts;
#[allow(dead_code)] // without the carriers that take several requests
mod steps;

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

pub use self::carriers::Carriers;
pub(crate) use self::carriers::{Holding, combine, name};
pub use self::connect::{builder, connect};
pub use self::reached_by::ReachedBy;
pub use self::sip_facts::SipFacts;
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

/// One account at a carrier, which holds numbers.
///
/// To implement it, write every method; there are no defaults. The trait is also implemented for `Arc`, `Box` and
/// references of an implementation. An implementation needs the crates `async-trait` and `futures-util` (for
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
    /// Returns the kind of carrier.
    fn kind(&self) -> ProviderKind;

    /// Returns the account's id. It must be the same for every client of one account, in every process. A plan can be
    /// applied to no other account.
    fn account(&self) -> AccountId;

    /// Returns the single carriers: only itself, or all of them if it combines several ([`Carriers`]).
    fn carriers(&self) -> Vec<&dyn NumberProvider>;

    /// Returns the data that a platform needs to reach the numbers: the account's credentials, the trunk, or the id of
    /// a credential that the platform stores. Does no I/O.
    fn source(&self) -> NumberSource;

    /// Looks up whether the carrier holds this number.
    ///
    /// # Errors
    ///
    /// Any error of the lookup.
    async fn lookup(&self, number: &E164) -> Result<Ownership>;

    /// Returns all numbers that the carrier holds. The stream ends after its first error. The error is
    /// [`Error::Invalid`](crate::Error::Invalid) if the carrier cannot tell its numbers, such as a SIP trunk without
    /// declared numbers.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>>;

    /// Returns the control over the routing of the numbers; `None` if the carrier does not support routing.
    fn routing(&self) -> Option<&dyn RoutingControl>;
}

/// Reads and sets the routing of a carrier's numbers: where their calls and messages go.
#[async_trait]
pub trait RoutingControl: Debug + Send + Sync {
    /// Returns the current routing of a number; `None` if the carrier does not hold it.
    ///
    /// # Errors
    ///
    /// Any error of the lookup.
    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>>;

    /// Returns the settings that belong to this one, by the carrier's names, such as the method of a URL. They are
    /// restored together with it. Returns an empty slice for a setting without such settings.
    fn parts_of(&self, setting: &str) -> &'static [&'static str];

    /// Returns whether a platform takes a number over by this setting, by the carrier's name of it, because it attaches
    /// the number to an application or a connection: `connection_id` at Telnyx. At other carriers a platform sets
    /// addresses, and an application of the carrier takes precedence over them.
    fn is_attachment(&self, setting: &str) -> bool;

    /// Returns the settings that this one clears when it is set, by the carrier's names, because the carrier replaces
    /// the whole routing: the URL for messages beside `app_id` at Vonage. Empty for most settings and carriers.
    fn cleared_by(&self, setting: &str) -> &'static [&'static str];

    /// Sets the settings of this routing, whatever their current values are, and leaves all other settings unchanged.
    /// Returns the routing afterwards. [`Importer::restore`](crate::Importer::restore) first checks whether somebody
    /// has changed them.
    ///
    /// # Errors
    ///
    /// Any error of a call to the carrier; it is safe to call again.
    async fn restore(&self, routing: &Routing) -> Result<Routing>;

    /// Sends the calls of this routing's number to an address. It also clears settings that would take precedence over
    /// the address, such as a trunk. It leaves the routing of messages unchanged. Returns the routing afterwards.
    ///
    /// # Errors
    ///
    /// Any error of a call to the carrier; it is safe to call again.
    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing>;

    /// Checks that this account can send calls to an address, as [`point`](Self::point) does. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) when it cannot, with the reason. Any other error when that is unknown,
    /// because a lookup failed.
    async fn check_point(&self, address: &CallbackUrl) -> Result<()>;

    /// Returns the SIP addresses to which a trunk sends the calls that it gets. Returns none if the carrier does not tell
    /// them. A number on a trunk that leads only to the platform needs no change of its routing.
    ///
    /// # Errors
    ///
    /// Any error of the lookup. The addresses are then unknown.
    async fn trunk_addresses(&self, trunk: &str) -> Result<Vec<CallbackUrl>>;
}

/// Whether a carrier holds a number.
///
/// ```
/// use numport::provider::{HeldNumber, Ownership};
///
/// /// The answer of a provider of your own that keeps its numbers in a list.
/// fn look_up(held: &[numport::E164], number: numport::E164) -> Ownership {
///     if held.contains(&number) {
///         let mut found = HeldNumber::new(number, ());
///         found.voice = Some(true);
///         Ownership::Held(found)
///     } else {
///         Ownership::NotHeld
///     }
/// }
/// let number = "+14155552671".parse()?;
/// assert!(matches!(look_up(&[number], number), Ownership::Held(held) if held.number == number));
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ownership {
    /// The carrier holds the number.
    Held(HeldNumber),
    /// Another account holds the number, and the same credentials can see it.
    HeldBySubaccount(HeldNumber),
    /// The carrier does not hold the number.
    NotHeld,
    /// The carrier cannot be asked: a SIP trunk does not tell its numbers, unless they are declared.
    NotVerifiable,
}

/// A number at its carrier.
///
/// ```
/// use numport::provider::HeldNumber;
///
/// let mut held = HeldNumber::new("+14155552671".parse()?, ());
/// held.voice = Some(true);
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HeldNumber {
    /// The number.
    pub number: E164,
    /// The carrier's own id of the number.
    pub id: Option<String>,
    /// The carrier's id of the account that holds the number.
    pub account: Option<String>,
    /// The carrier's name of the number, for people.
    pub label: Option<String>,
    /// Whether the number can take or make voice calls, if the carrier tells.
    pub voice: Option<bool>,
    /// Whether another carrier holds the number and this carrier hosts only a part of it.
    pub hosted: bool,
    /// The carrier's own word for the number's state, if the state is not the ordinary one.
    pub unusual_status: Option<String>,
    /// The current routing of the number's calls and messages, if the carrier supports routing.
    pub routing: Option<Routing>,
    /// The carrier's own object.
    pub details: Details,
}

impl HeldNumber {
    /// Creates a number without further data. Set the other fields on it. `details` is the carrier's own object, or
    /// `()`.
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
