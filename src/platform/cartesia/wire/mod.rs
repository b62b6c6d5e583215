mod number;
mod provider;

pub use number::{
    Agent, ImportNumber, LIMIT_MAX, ListNumbers, NumberPage, NumberProvider, PhoneNumber, ProvisionNumber, UpdateNumber,
};
pub use provider::{
    CreateProvider, CreateTwilioProvider, ListProviders, Provider, ProviderRef, ProviderType, Region, UpdateProvider,
    UpdateTwilioProvider,
};
