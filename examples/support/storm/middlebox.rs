//! Faults between client and server: lists that lag, and responses that arrive twice on a kept connection.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use super::Vars;
use crate::hostile::{Answer, Hostile, Request, edit};
use crate::services::subject::Platform;

/// How long lists do not show a number after the response to its create. The lookups of a storm continue for longer.
const LAG: Duration = Duration::from_millis(300);
/// How many created numbers out of ten lag in the lists.
const LAGS: f64 = 0.5;
/// How many writes out of ten get two responses: the next request on the connection gets the same response, and is its
/// last one.
const REPEATS: f64 = 0.05;

/// A middlebox between the clients and a platform, and the variables that point clients at it.
pub struct Middlebox {
    relay: Hostile,
}

impl Middlebox {
    pub async fn start(platform: &'static Platform, vars: &mut Vars, seed: u64) -> Self {
        let base_url = platform.api.base_url;
        let (_, uri) = vars.iter_mut().find(|(name, _)| *name == base_url).expect("a base URL");
        let relay = Hostile::relay(uri).await;
        relay.keep_none();
        uri.clone_from(&relay.uri);

        let middlebox = Self { relay };
        middlebox.storm(platform, seed);
        middlebox
    }

    pub fn storm(&self, platform: &'static Platform, seed: u64) {
        let (mut rng, mut created) = (Rng::with_seed(seed), HashMap::new());
        self.relay.distort(move |request: &Request, answer| {
            let is_done = matches!(&answer, Answer::Whole(response) if response.status < 300);
            match request.is_read() {
                true => {
                    let lags = |number: &str| created.get(number).is_some_and(|at: &Instant| at.elapsed() < LAG);
                    vec![answer.edited(|body| edit::hide(body, &|item| platform.shows(item, &lags)))]
                }
                false if is_done => {
                    if request.path() == platform.create_path() && rng.f64() < LAGS {
                        let mut lag = |number: &mut Value| {
                            created.extend(number.as_str().map(|number| (number.to_owned(), Instant::now())));
                        };
                        edit::objects(&mut request.json(), platform.number_field(), &mut |sent| {
                            platform.each_number(sent, &mut lag);
                        });
                    }
                    if rng.f64() < REPEATS { vec![answer.clone(), answer.and_close()] } else { vec![answer] }
                }
                false => vec![answer],
            }
        });
    }

    pub fn calm(&self) {
        self.relay.distort(|_, answer| vec![answer]);
    }
}
