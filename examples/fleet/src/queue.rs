//! The jobs: plans with one step each, in SQLite or PostgreSQL. apalis provides the queue.

use std::str::FromStr;
use std::time::Duration;

use apalis::prelude::{TaskBuilder, TaskId, TaskResult, TaskSink, WaitForCompletion};
use apalis_postgres::{PgPool, PostgresStorage};
use apalis_sqlite::{SqliteConnectOptions, SqlitePool, SqliteStorage};
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::Plan;
use numport::journal::{NoTls, PostgresJournal};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::Failure;
use crate::arguments::{Kind, Settings};

/// The maximum number of attempts of a job.
const ATTEMPTS: usize = 5;
const HEARTBEAT: Duration = Duration::from_secs(1);

pub enum Queue {
    Sqlite(SqliteStorage<Plan>),
    Postgres(PostgresStorage<Plan>),
}

/// The outcome of a job's step.
#[derive(Debug, Serialize, Deserialize)]
pub struct Done {
    pub number: String,
    pub outcome: String,
}

/// Runs the same code with either storage, because apalis has no type for both.
macro_rules! with_storage {
    ($queue:expr, $storage:ident => $what:expr) => {
        match $queue {
            $crate::queue::Queue::Sqlite($storage) => $what,
            $crate::queue::Queue::Postgres($storage) => $what,
        }
    };
}
pub(crate) use with_storage;

/// A worker takes one job at a time from the table: apalis 1.0 sends no heartbeat while a worker holds jobs that it has
/// not started.
///
/// A job is started again if its worker was silent for two seconds longer than the timeout of a request.
macro_rules! config {
    ($of:ty, $settings:expr) => {
        <$of>::default()
            .queue(&$settings.queue)
            .batch_size(1)
            .heartbeat_interval(HEARTBEAT)
            .missed_heartbeats(usize::try_from($settings.timeout.as_secs())? + 2)
    };
}

impl Queue {
    /// Connects. `enqueue` creates the tables.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        match settings.kind()? {
            Kind::Sqlite => {
                let options = SqliteConnectOptions::from_str(&settings.database_url)?
                    .create_if_missing(true)
                    .busy_timeout(Duration::from_secs(30));
                let pool = SqlitePool::connect_with(options).await?;
                Ok(Self::Sqlite(SqliteStorage::new(&pool).with_config(config!(apalis_sqlite::Config, settings))))
            }
            Kind::Postgres => {
                let pool = PgPool::connect(&settings.database_url).await?;
                Ok(Self::Postgres(PostgresStorage::new(&pool).with_config(config!(apalis_postgres::Config, settings))))
            }
        }
    }

    /// Writes a job for each step of a plan that changes something. Creates missing tables, also those of the journal.
    pub async fn push(&mut self, plan: Plan, settings: &Settings) -> Result<Vec<TaskId>, Failure> {
        match self {
            Self::Sqlite(storage) => SqliteStorage::setup(storage.pool()).await?,
            Self::Postgres(storage) => {
                PostgresStorage::setup(storage.pool()).await?;
                PostgresJournal::migrate(&settings.database_url, NoTls).await?;
            }
        }
        let mut ids = Vec::new();
        let mut jobs = Vec::new();
        for step in plan.split(1).filter(Plan::does_something) {
            let id = TaskId::from(Ulid::generate());
            ids.push(id.clone());
            jobs.push(TaskBuilder::new(step).task_id(id).max_attempts(ATTEMPTS).build());
        }
        with_storage!(self, storage => storage.push_all(stream::iter(jobs)).await?);
        Ok(ids)
    }

    /// The results of jobs, each as soon as it is final.
    pub fn results(&mut self, ids: Vec<TaskId>) -> BoxStream<'static, Result<TaskResult<Vec<Done>>, Failure>> {
        with_storage!(self, storage => storage.wait_for(ids).map(|result| result.map_err(Failure::from)).boxed())
    }
}
