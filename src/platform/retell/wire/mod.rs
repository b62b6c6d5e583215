mod agent;
mod number;
mod request;

pub use agent::{AgentVersion, AgentWeight, Weight};
pub use number::{NumberPage, NumberType, PhoneNumber, TrunkConfig};
pub use request::{
    CountryCode, ImportNumber, LIMIT_MAX, ListNumbers, NumberProvider, PurchaseNumber, SortOrder, Transport,
    UpdateNumber,
};
