//! Outcomes as JSON, for reports and for the responses of a web service. Secrets are redacted, and URLs are cut off
//! after their path. [`MaskNumbers`](crate::model::MaskNumbers) masks the numbers.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{
    BulkItem, BulkOutcome, Imported, RenewalOutcome, Renewed, RenewedItem, Restored, UndoOutcome, Undone, UndoneItem,
    UndoneRecord,
};
use crate::model::{Routing, reported};

/// Serializes as an object with `number`, `outcome`, `reached`, `record`, `before`, `unsupported_fields`,
/// `unconfirmed_fields`, `findings` and `calls_before`. Unknown and empty values are left out.
impl Serialize for Imported {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("number", self.number())?;
        object.serialize_entry("outcome", &self.outcome)?;
        object.serialize_entry("reached", &self.reached)?;
        object.serialize_entry("record", &self.record)?;
        if let Some(before) = &self.before {
            object.serialize_entry("before", before)?;
        }
        for (name, fields) in
            [("unsupported_fields", &self.unsupported_fields), ("unconfirmed_fields", &self.unconfirmed_fields)]
        {
            if !fields.is_empty() {
                object.serialize_entry(name, fields)?;
            }
        }
        if !self.findings.is_empty() {
            object.serialize_entry("findings", &reported(&self.findings))?;
        }
        if let Some(before) = &self.routing_before {
            object.serialize_entry("calls_before", &before.calls.to_string())?;
        }
        object.end()
    }
}

/// Serializes as an object with `index`, `number`, `outcome` (the [code](BulkOutcome::code)), and `imported`, `error`
/// or `duplicate_of` and `differing`.
impl Serialize for BulkItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("index", &self.index)?;
        object.serialize_entry("number", self.request.number())?;
        object.serialize_entry("outcome", self.outcome.code())?;
        match &self.outcome {
            BulkOutcome::Imported(imported) => object.serialize_entry("imported", imported)?,
            BulkOutcome::Failed(error) => object.serialize_entry("error", error)?,
            BulkOutcome::Duplicate { of, differing } => {
                object.serialize_entry("duplicate_of", of)?;
                if !differing.is_empty() {
                    object.serialize_entry("differing", differing)?;
                }
            }
            BulkOutcome::NotAttempted => {}
        }
        object.end()
    }
}

/// Serializes as an object with `number`, `platform`, `record`, `credentials` and `findings`.
impl Serialize for Renewed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("number", &self.number)?;
        object.serialize_entry("platform", &self.platform)?;
        object.serialize_entry("record", &self.record)?;
        object.serialize_entry("credentials", &self.credentials)?;
        if !self.findings.is_empty() {
            object.serialize_entry("findings", &reported(&self.findings))?;
        }
        object.end()
    }
}

/// Serializes as an object with `index`, `number`, `outcome` (the [code](RenewalOutcome::code)), and `renewed` or
/// `error`.
impl Serialize for RenewedItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("index", &self.index)?;
        object.serialize_entry("number", &self.number)?;
        object.serialize_entry("outcome", self.outcome.code())?;
        match &self.outcome {
            RenewalOutcome::Renewed(renewed) => object.serialize_entry("renewed", renewed)?,
            RenewalOutcome::Failed(error) => object.serialize_entry("error", error)?,
            RenewalOutcome::Duplicate | RenewalOutcome::NotAttempted => {}
        }
        object.end()
    }
}

/// Serializes as an object with `outcome` (the [code](Restored::code)) and `message`. If they are known, it also has
/// `number`, `calls`, `changed`, `answered_by` and `platform`.
impl Serialize for Restored {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("outcome", self.code())?;
        object.serialize_entry("message", &self.to_string())?;
        let mut calls = |now: &Routing| {
            object.serialize_entry("number", &now.number)?;
            object.serialize_entry("calls", &now.calls.to_string())
        };
        match self {
            Self::PartlyPutBack { now, changed } => {
                calls(now)?;
                object.serialize_entry("changed", changed)?;
            }
            Self::PutBack(now) | Self::AsBefore(now) => calls(now)?,
            Self::Kept { now, answered_by, changed } => {
                calls(now)?;
                object.serialize_entry("answered_by", answered_by)?;
                object.serialize_entry("changed", changed)?;
            }
            Self::NoRecord { now, platform } => {
                calls(now)?;
                object.serialize_entry("platform", platform)?;
            }
            Self::Gone => {}
        }
        object.end()
    }
}

/// An object with `number`, `complete`, `message`, `routing`, `record` (the [code](UndoneRecord::code)),
/// `record_stays` (the [code](super::Stays::code)), `advice`, `fields` and `credential_left`.
impl Serialize for Undone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("number", &self.number)?;
        object.serialize_entry("complete", &self.is_complete())?;
        object.serialize_entry("message", &self.to_string())?;
        if let Some(routing) = &self.routing {
            object.serialize_entry("routing", routing)?;
        }
        object.serialize_entry("record", self.record.code())?;
        match &self.record {
            UndoneRecord::Restored { kept } => object.serialize_entry("fields", kept)?,
            UndoneRecord::Stays(stays) => object.serialize_entry("record_stays", stays.code())?,
            UndoneRecord::Removed | UndoneRecord::Gone | UndoneRecord::Replaced => {}
        }
        if let Some(advice) = self.advice() {
            object.serialize_entry("advice", advice)?;
        }
        if let Some(credential) = &self.credential_left {
            object.serialize_entry("credential_left", credential)?;
        }
        object.end()
    }
}

/// Serializes as an object with `index`, `number`, `outcome` (the [code](UndoOutcome::code)), and `undone` or `error`.
impl Serialize for UndoneItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("index", &self.index)?;
        object.serialize_entry("number", &self.undo.number)?;
        object.serialize_entry("outcome", self.outcome.code())?;
        match &self.outcome {
            UndoOutcome::Undone(undone) => object.serialize_entry("undone", undone)?,
            UndoOutcome::Failed(error) => object.serialize_entry("error", error)?,
            UndoOutcome::NotAttempted => {}
        }
        object.end()
    }
}
