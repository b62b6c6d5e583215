//! The state of a running sandbox.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::api::Api;
use super::api::{Context, Shared};
use super::fault::Faults;
use super::requests::Requests;
use crate::model::Service;

pub(super) struct State {
    pub(super) apis: Vec<Box<dyn Api>>,
    pub(super) shared: Shared,
    pub(super) requests: Requests,
    pub(super) faults: Faults,
    /// The number of requests that wait before they are carried out.
    pub(super) waiting: usize,
}

/// Omits the contents, which may hold secrets.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl State {
    /// The API of a service, if it is served.
    pub(super) fn api(&self, service: Service) -> Option<&dyn Api> {
        self.apis.iter().find(|api| api.about().service == service).map(Box::as_ref)
    }

    /// The API of a service, to handle a request.
    pub(super) fn open(&mut self, service: Service) -> Option<(&mut dyn Api, Context<'_>)> {
        let at = self.apis.iter().position(|api| api.about().service == service)?;
        let (before, rest) = self.apis.split_at_mut(at);
        let (api, after) = rest.split_first_mut()?;
        Some((api.as_mut(), Context::new(&mut self.shared, [before, after])))
    }
}

pub(super) fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
