//! The tables and the statements. Each statement is a transaction of its own, since all share one session.

/// The version of the tables.
pub(super) const VERSION: &str = "1";

/// Locks the migration for other processes, and makes what is not there: beside the tables that are found, since new ones
/// in a schema before theirs would hide them.
pub(super) const MIGRATE: &str = "
    BEGIN;
    SELECT pg_advisory_xact_lock(7020369475166434157);
    SELECT set_config('search_path', quote_ident(nspname), true) FROM pg_namespace JOIN pg_class AS c
        ON c.relnamespace = pg_namespace.oid WHERE c.oid = to_regclass('numport_journal_version');
    CREATE TABLE IF NOT EXISTS numport_journal_version (version integer NOT NULL, journal text NOT NULL);
    INSERT INTO numport_journal_version SELECT 1, md5(random()::text || clock_timestamp()::text)
        WHERE NOT EXISTS (SELECT FROM numport_journal_version);
    CREATE TABLE IF NOT EXISTS numport_journal (
        platform text, account text, number text,
        -- The import whose result is unknown, and when its requests were sent.
        entry json, first_sent_at timestamptz, sent_at timestamptz,
        -- The record that was created last.
        created text, created_at timestamptz,
        changed_at timestamptz,
        PRIMARY KEY (platform, account, number)
    );
    CREATE INDEX IF NOT EXISTS numport_journal_unresolved ON numport_journal (sent_at) WHERE entry IS NOT NULL;
    CREATE TABLE IF NOT EXISTS numport_journal_history (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        platform text NOT NULL, account text NOT NULL, number text NOT NULL,
        settled_at timestamptz NOT NULL, undo json NOT NULL
    );
    CREATE INDEX IF NOT EXISTS numport_journal_history_number ON numport_journal_history (number, settled_at);
    COMMIT;
";

/// The schemas in which a session may find the tables.
pub(super) const FIND_SCHEMAS: &str = "
    SELECT quote_ident(n.nspname) FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, place)
    JOIN pg_namespace AS n ON n.nspname = path.name
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'numport_journal_version' ORDER BY path.place
";
/// Keeps a session to the tables that it has found. Others in a schema before theirs would be taken once its statements
/// are planned again.
pub(super) const KEEP_SCHEMA: &str = "
    SELECT set_config('search_path', quote_ident(nspname), false) FROM pg_namespace JOIN pg_class AS c
        ON c.relnamespace = pg_namespace.oid WHERE c.oid = to_regclass('numport_journal_version')
";
/// The tables that a crash of the server empties.
pub(super) const UNLOGGED: &str = "
    SELECT relname FROM pg_class WHERE relpersistence <> 'p'
        AND oid IN (to_regclass('numport_journal'), to_regclass('numport_journal_history'))
";
pub(super) const READ_VERSION: &str =
    "SELECT version, to_jsonb(found) ->> 'journal' FROM numport_journal_version AS found";

/// What this session needs, whatever the defaults of the role are: what a statement wrote is on the disk when it
/// returns, none is given up while this process waits for it, each is planned once and not for each list of numbers, rows
/// that are hidden are an error, and the server notices within about a minute that the machine of this process is gone.
/// Older servers lack some of the settings.
pub(super) const SETTINGS: &str = "
    SELECT set_config(s.name, v.wanted, false)
    FROM (VALUES
        ('synchronous_commit', 'on'), ('default_transaction_isolation', 'read committed'), ('idle_session_timeout', '0'),
        ('plan_cache_mode', 'force_generic_plan'), ('statement_timeout', '10s'), ('lock_timeout', '0'),
        ('transaction_timeout', '0'), ('row_security', 'off'),
        ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')
    ) AS v (name, wanted)
    JOIN pg_settings AS s ON s.name = v.name
    WHERE v.name <> 'synchronous_commit' OR s.setting = 'off'
";

/// Returns the locks that are given.
pub(super) const LOCK: &str = "SELECT id FROM unnest($1::int8[]) AS wanted (id) WHERE pg_try_advisory_lock(id)";
pub(super) const UNLOCK: &str = "SELECT pg_advisory_unlock(id) FROM unnest($1::int8[]) AS held (id)";

/// The columns of an unresolved import, with times as RFC 3339.
macro_rules! entry {
    () => {
        "entry::text, platform, account, number,
         to_char(first_sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
         to_char(sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    };
}

/// For several numbers, each once.
pub(super) const KEPT: &str = concat!(
    "SELECT kept.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (platform_, account_, number_), LATERAL (SELECT ",
    entry!(),
    ", extract(epoch FROM clock_timestamp() - sent_at)::float8,
     created, extract(epoch FROM clock_timestamp() - created_at)::float8,
     extract(epoch FROM clock_timestamp() - changed_at)::float8
     FROM numport_journal WHERE platform = platform_ AND account = account_ AND number = number_ LIMIT 1) AS kept"
);

pub(super) const UNRESOLVED: &str =
    concat!("SELECT ", entry!(), " FROM numport_journal WHERE entry IS NOT NULL ORDER BY sent_at, number");

/// For several numbers, each once. `$5`: seconds from the first request to this one. `$6`: the backend that has the
/// locks; another one writes nothing.
pub(super) const SENDING: &str = "
    INSERT INTO numport_journal AS kept (platform, account, number, entry, first_sent_at, sent_at)
    SELECT new.platform, new.account, new.number, new.entry::json,
        clock.now - new.since_first * interval '1 second', clock.now
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[])
            AS new (platform, account, number, entry, since_first),
        (SELECT clock_timestamp() AS now) AS clock
    WHERE pg_backend_pid() = $6::int4
    ON CONFLICT (platform, account, number) DO UPDATE SET
        entry = EXCLUDED.entry, sent_at = EXCLUDED.sent_at,
        first_sent_at = coalesce(kept.first_sent_at, EXCLUDED.first_sent_at)
";

/// For several numbers, each once. `$4`: the records. `$5`: what is kept for rolling back; `$6`: how many of them, `$7`:
/// for how many seconds. `$8`: the backend. `$9`: whether they need not be on the disk at once. If they are lost with the
/// power, the entries are back with them.
pub(super) const SETTLE: &str = "
    WITH new AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::float8[])
            AS new (platform, account, number, created, undo, imports, age)
        WHERE pg_backend_pid() = $8::int4
    ), past AS (
        INSERT INTO numport_journal_history (platform, account, number, settled_at, undo)
        SELECT platform, account, number, clock_timestamp(), undo::json FROM new WHERE undo IS NOT NULL
    ), old AS (
        DELETE FROM numport_journal_history AS past USING new
        WHERE new.undo IS NOT NULL AND (past.platform, past.account, past.number) = (new.platform, new.account, new.number)
            AND (settled_at <= clock_timestamp() - age * interval '1 second' OR id NOT IN (
                SELECT id FROM numport_journal_history AS kept
                WHERE (kept.platform, kept.account, kept.number) = (new.platform, new.account, new.number)
                ORDER BY id DESC LIMIT imports - 1))
    )
    INSERT INTO numport_journal AS kept (platform, account, number, created, created_at, changed_at)
    SELECT platform, account, number, created, CASE WHEN created IS NOT NULL THEN clock_timestamp() END,
        clock_timestamp()
    FROM new, (SELECT set_config('synchronous_commit',
        CASE WHEN $9::bool THEN 'off' ELSE current_setting('synchronous_commit') END, true) AS chosen) AS durability
    WHERE durability.chosen IS NOT NULL
    ON CONFLICT (platform, account, number) DO UPDATE SET
        entry = NULL, first_sent_at = NULL, sent_at = NULL,
        created = coalesce(EXCLUDED.created, kept.created),
        created_at = coalesce(EXCLUDED.created_at, kept.created_at),
        changed_at = EXCLUDED.changed_at
";

pub(super) const FORGET_CREATED: &str = "
    INSERT INTO numport_journal AS kept (platform, account, number, changed_at)
    SELECT $1, $2, $3, clock_timestamp() WHERE pg_backend_pid() = $4::int4
    ON CONFLICT (platform, account, number) DO UPDATE SET
        created = NULL, created_at = NULL, changed_at = EXCLUDED.changed_at
";

/// Sets times back that are later than now, since the server's clock was set back: from now on they grow old. `$4`: the
/// backend.
pub(super) const SET_BACK: &str = "
    UPDATE numport_journal SET
        first_sent_at = CASE WHEN first_sent_at > clock.now THEN clock.now ELSE first_sent_at END,
        sent_at = CASE WHEN sent_at > clock.now THEN clock.now ELSE sent_at END,
        created_at = CASE WHEN created_at > clock.now THEN clock.now ELSE created_at END,
        changed_at = CASE WHEN changed_at > clock.now THEN clock.now ELSE changed_at END
    FROM (SELECT clock_timestamp() AS now) AS clock
    WHERE platform = $1 AND account = $2 AND number = $3 AND pg_backend_pid() = $4::int4
";

/// In the order in which they were written, whatever the server's clock said.
pub(super) const HISTORY: &str = "
    SELECT undo::text, platform, account, number,
        to_char(settled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')
    FROM numport_journal_history WHERE number = $1 ORDER BY id DESC
";

pub(super) const NUMBERS: &str = "
    SELECT number FROM numport_journal WHERE platform = $1 AND account = $2
    UNION SELECT number FROM numport_journal_history WHERE platform = $1 AND account = $2
";

/// Moves a number from the account `$2` to `$3`. Only one of them has an unresolved import. `$5`: the backend.
pub(super) const MOVE: &str = "
    WITH old AS (
        DELETE FROM numport_journal
        WHERE platform = $1 AND account = $2 AND number = $4 AND pg_backend_pid() = $5::int4 RETURNING *
    ), past AS (
        UPDATE numport_journal_history SET account = $3
        WHERE platform = $1 AND account = $2 AND number = $4 AND pg_backend_pid() = $5::int4
    )
    INSERT INTO numport_journal AS kept
        (platform, account, number, entry, first_sent_at, sent_at, created, created_at, changed_at)
    SELECT platform, $3, number, entry, first_sent_at, sent_at, created, created_at, changed_at FROM old
    ON CONFLICT (platform, account, number) DO UPDATE SET
        entry = coalesce(EXCLUDED.entry, kept.entry),
        first_sent_at = coalesce(EXCLUDED.first_sent_at, kept.first_sent_at),
        sent_at = coalesce(EXCLUDED.sent_at, kept.sent_at),
        created = CASE WHEN EXCLUDED.created_at > coalesce(kept.created_at, '-infinity')
            THEN EXCLUDED.created ELSE kept.created END,
        created_at = greatest(EXCLUDED.created_at, kept.created_at),
        changed_at = greatest(EXCLUDED.changed_at, kept.changed_at)
";

/// Rows that others are writing are left for the next time. `$1`: seconds.
pub(super) const PRUNE_NUMBERS: &str = "
    DELETE FROM numport_journal WHERE (platform, account, number) IN (
        SELECT platform, account, number FROM numport_journal
        WHERE entry IS NULL AND changed_at < clock_timestamp() - $1::float8 * interval '1 second'
        FOR UPDATE SKIP LOCKED) AND entry IS NULL
";
pub(super) const PRUNE_HISTORY: &str = "
    DELETE FROM numport_journal_history WHERE id IN (
        SELECT id FROM numport_journal_history
        WHERE settled_at < clock_timestamp() - $1::float8 * interval '1 second'
        FOR UPDATE SKIP LOCKED)
";
