//! LiveKit's models. The names are those of its protocol, in snake case.

mod inbound;
mod number;
mod outbound;
mod proto;
mod rule;
mod shared;

pub use self::inbound::{InboundTrunk, UpdateInboundTrunk};
pub(super) use self::number::Owned;
pub use self::number::{
    Cursor, ListNumbers, NumberKey, NumberPage, NumberStatus, NumberType, PageToken, PhoneNumber, PurchaseNumbers,
    SearchNumbers,
};
pub use self::outbound::{OutboundTrunk, Transport, UpdateOutboundTrunk};
pub(super) use self::proto::Proto;
pub use self::rule::{
    AgentDispatch, CalleeRule, DirectRule, DispatchRule, IndividualRule, ListRules, RoomConfiguration, Rule,
    UpdateDispatchRule,
};
pub use self::shared::{
    Codec, IncludeHeaders, ListTrunks, ListUpdate, MediaConfig, MediaEncryption, Page, RemovedTrunk, Texts,
};
pub(super) use self::shared::{Got, Identified, Items};
