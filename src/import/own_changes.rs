//! Which settings of a number's routing an import has changed, and which somebody else has.

use std::collections::BTreeMap;

use super::Importer;
use crate::model::{CallbackUrl, Calls, Routing};
use crate::platform::Takeover;
use crate::provider::RoutingControl;

impl Importer {
    /// The settings that an import changed and that are still as it left them, and those that the removal of its record
    /// may have changed.
    pub(super) fn own_changes<'a>(
        &self,
        control: &dyn RoutingControl,
        before: &'a Routing,
        now: &Routing,
        removed: bool,
    ) -> Vec<&'a str> {
        // A removal may clear an address, or set another one of the platform. If the calls go elsewhere now, somebody has
        // configured the number since.
        let removed =
            removed && (now.calls == Calls::Nowhere || now.calls == before.calls || self.receives(&now.calls));
        let is_trunk_here = matches!(now.calls, Calls::Trunk(_)) && self.leads_here(&now.calls);
        let is_address = |name: &str, value: &str| match control.parts_of(name) {
            _ if is_trunk_here && is_target(now, name) => true,
            // A platform answers at an address of its own for each carrier that attaches numbers to applications.
            parts if parts.iter().any(|part| control.is_attachment(part)) => {
                self.is_on_own_domain(&CallbackUrl::new(value))
            }
            _ => self.is_own_address(&CallbackUrl::new(value)),
        };
        let receives = self.receives_here(&now.calls)
            || now.settings.iter().any(|(name, value)| is_target(now, name) && is_address(name, value));
        let attachments = before
            .settings
            .iter()
            .filter(|(name, was)| receives && control.is_attachment(name) && now.settings.get(*name) != Some(*was));
        let cleared: Vec<&str> = attachments.flat_map(|(name, _)| control.cleared_by(name)).copied().collect();
        let is_cleared = |name: &str| cleared.contains(&name) || receives && is_target(before, name);
        let is_own = |name: &str, was: &str| match (&before.replaced_by, now.settings.get(name)) {
            (_, None) => false,
            (_, Some(value)) if value == was => false,
            (_, Some(value)) if removed && (value.is_empty() || self.is_on_own_domain(&CallbackUrl::new(value))) => {
                true
            }
            (Some(left), Some(value)) => left.get(name) == Some(value),
            (None, Some(value)) if value.is_empty() => is_cleared(name),
            (None, Some(value)) if is_target(now, name) => is_address(name, value),
            (None, Some(value)) => self.is_on_own_domain(&CallbackUrl::new(value)),
        };
        let settings = before.settings.iter();
        let mut own: Vec<&str> =
            settings.filter(|(name, was)| is_own(name, was)).map(|(name, _)| name.as_str()).collect();
        // A part, such as a method, goes with its address.
        for (address, was) in &before.settings {
            for part in control.parts_of(address) {
                let Some((part, _)) = before.settings.get_key_value(*part) else { continue };
                let with_address = own.contains(&address.as_str());
                if with_address && (removed || before.replaced_by.is_none()) {
                    own.push(part);
                } else if !with_address && now.settings.get(address) != Some(was) {
                    own.retain(|name| name != part);
                }
            }
        }
        // A trunk or an application beats whatever somebody else has given the calls to.
        let by_others = |(name, was): (&String, &String)| {
            is_target(now, name) && now.settings.get(name) != Some(was) && !own.contains(&name.as_str())
        };
        if before.settings.iter().any(by_others) && !matches!(before.calls, Calls::Url(_)) {
            own.retain(|name| !is_target(before, name));
        }
        own
    }

    /// The settings after an import, without those that the import cannot have changed: a value that is new and neither
    /// an address of the platform, nor a part of one, nor cleared to make room for one is somebody else's.
    pub(super) fn left_by_import(
        &self,
        before: &Routing,
        after: &Routing,
        takeover: Takeover,
    ) -> BTreeMap<String, String> {
        let is_own = |value: &String| self.is_on_own_domain(&CallbackUrl::new(value));
        let is_as_before = |name: &str| before.settings.get(name) == after.settings.get(name);
        let mut left = after.settings.clone();
        left.retain(|name, value| {
            let cleared = value.is_empty() && is_target(before, name) && self.receives(&after.calls);
            is_as_before(name) || is_own(value) || cleared
        });
        let Some(control) = self.provider.routing() else { return left };
        // A takeover may bring an application whose address is not told, and clear what the number had beside another.
        let takes_over = matches!(takeover, Takeover::AtImport | Takeover::WithAgent);
        let is_attached =
            |name: &str| takes_over && !is_as_before(name) && control.is_attachment(name) && is_target(after, name);
        let is_taken = |name: &str| {
            let own = after.settings.get(name).is_some_and(&is_own);
            takes_over && own && control.parts_of(name).iter().any(|part| control.is_attachment(part))
        };
        let replaced = after.settings.keys().any(|name| is_attached(name) || !is_as_before(name) && is_taken(name));
        let cleared = after.settings.iter().filter(|(_, value)| replaced && value.is_empty());
        left.extend(cleared.map(|(name, value)| (name.clone(), value.clone())));
        for (address, value) in &after.settings {
            let with_application = control.parts_of(address).iter().any(|part| is_attached(part));
            if is_attached(address) || with_application {
                left.insert(address.clone(), value.clone());
            }
            let is_taken = !is_as_before(address) && (is_own(value) || with_application);
            for part in control.parts_of(address).iter().filter(|part| is_taken && !is_as_before(part)) {
                left.extend(after.settings.get(*part).map(|value| ((*part).to_owned(), value.clone())));
            }
        }
        left
    }
}

/// Whether this setting is what gets the calls of a routing.
pub(super) fn is_target(routing: &Routing, name: &str) -> bool {
    let target = match &routing.calls {
        Calls::Nowhere => return false,
        Calls::Url(url) => url.as_str(),
        Calls::Application(id) | Calls::Trunk(id) | Calls::Forwarded(id) => id,
    };
    routing.settings.get(name).is_some_and(|value| value == target)
}
