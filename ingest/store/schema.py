"""The tables. Each migration runs once, in order, under one lock; a released one never changes.

Events, reads and media lie in partitions by the day of their arrival (`stored_on`, the room's clock, UTC): a box with
a wrong clock can't scatter them, and retention drops a day at a time. That an event is stored once rests on `boots`,
the ledger of sequence numbers seen in each boot of a box, which outlives the partitions: a message that is repeated a
month later, even after its day was dropped, is still known. Rows that must outlive their day (incidents, legal hold)
move to the shelf, the partition of the day SHELF.
"""

from datetime import date

from ingest.store.connect import Db

SHELF = date(1, 1, 1)
_MIGRATION_LOCK = 7_226_401
"""An arbitrary number for pg_advisory_lock that only migrations use."""

_EVENTS = """
CREATE TABLE boots (
    box text, boot bigint, seen bigint[] NOT NULL DEFAULT '{}', head_seq bigint NOT NULL DEFAULT 0,
    head_sha256 bytea, first_on date NOT NULL,
    breaks int NOT NULL DEFAULT 0, PRIMARY KEY (box, boot));
COMMENT ON COLUMN boots.seen IS 'first, last, first, last, ...: every sequence number that is stored';
CREATE TABLE events (
    stored_on date, stored_at timestamptz NOT NULL, box text, boot bigint, seq bigint, id uuid NOT NULL,
    kind text NOT NULL, happened_at timestamptz NOT NULL, clock_offset_ms double precision, incident_id uuid,
    chain boolean, sha256 bytea NOT NULL, line json NOT NULL,
    PRIMARY KEY (box, boot, seq, stored_on)) PARTITION BY RANGE (stored_on);
COMMENT ON COLUMN events.chain IS 'does prev_sha256 name the event before? null: that one was not here yet';
CREATE INDEX ON events (incident_id, happened_at) WHERE incident_id IS NOT NULL;
CREATE TABLE reads (
    stored_on date, stored_at timestamptz NOT NULL, event_id uuid, box text NOT NULL, camera text NOT NULL,
    vrm text NOT NULL, fold text NOT NULL, raw text NOT NULL, format text NOT NULL,
    confidence double precision NOT NULL, captured_at timestamptz NOT NULL, seen_at timestamptz NOT NULL,
    lat double precision NOT NULL, lon double precision NOT NULL, direction text NOT NULL,
    patch bytea, overview bytea, hit text, time_verified boolean NOT NULL,
    PRIMARY KEY (event_id, stored_on)) PARTITION BY RANGE (stored_on);
CREATE INDEX ON reads (fold text_pattern_ops, seen_at);
CREATE INDEX ON reads (seen_at);
CREATE TABLE media (
    stored_on date, stored_at timestamptz NOT NULL, sha256 bytea, box text NOT NULL, jpeg bytea NOT NULL,
    PRIMARY KEY (sha256, stored_on)) PARTITION BY RANGE (stored_on);
ALTER TABLE media ALTER COLUMN jpeg SET STORAGE EXTERNAL;
CREATE TABLE put_aside (
    sha256 bytea PRIMARY KEY, topic text NOT NULL, reason text NOT NULL, payload bytea NOT NULL, box text, boot bigint,
    seq bigint, times int NOT NULL DEFAULT 1, first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON put_aside (last_at);
CREATE TABLE boxes (
    edge text PRIMARY KEY, online boolean NOT NULL, seen_at timestamptz NOT NULL, inventory jsonb, health jsonb);
"""

_INCIDENTS = """
CREATE TABLE incidents (
    id uuid PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY, kind text NOT NULL, priority text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')), title text NOT NULL, vrm text NOT NULL,
    fold text NOT NULL, hotlist_version int NOT NULL, opened_at timestamptz NOT NULL,
    first_seen_at timestamptz NOT NULL, last_seen_at timestamptz NOT NULL, lat double precision NOT NULL,
    lon double precision NOT NULL, tags text[] NOT NULL DEFAULT '{}', acknowledged_at timestamptz,
    acknowledged_by text, closed_at timestamptz, closed_by text, close_reason text,
    hold boolean NOT NULL DEFAULT false);
CREATE INDEX ON incidents (fold, last_seen_at);
CREATE INDEX ON incidents (opened_at);
CREATE TABLE incident_events (
    incident_id uuid REFERENCES incidents ON DELETE CASCADE, event_id uuid, stored_on date NOT NULL,
    PRIMARY KEY (incident_id, event_id));
CREATE INDEX ON incident_events (event_id);
CREATE TABLE hotlists (
    version int PRIMARY KEY, name text NOT NULL, issued_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    imported_by text NOT NULL);
CREATE TABLE hotlist_entries (
    version int REFERENCES hotlists ON DELETE CASCADE, vrm text, category text NOT NULL, priority text NOT NULL,
    note text NOT NULL, expires_at timestamptz, PRIMARY KEY (version, vrm));
"""

_ORDERS = """
CREATE TABLE leases (
    edge text, aircraft text, holder text NOT NULL, epoch bigint NOT NULL, last_seq bigint NOT NULL DEFAULT 0,
    taken_at timestamptz NOT NULL DEFAULT now(), used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (edge, aircraft));
CREATE TABLE orders (
    id uuid PRIMARY KEY, edge text NOT NULL, aircraft text NOT NULL, incident_id uuid NOT NULL, act text NOT NULL,
    issued_by text NOT NULL, issued_at timestamptz NOT NULL, reason text NOT NULL, body json NOT NULL);
CREATE INDEX ON orders (incident_id, issued_at);
CREATE TABLE order_states (
    order_id uuid, state text, at timestamptz NOT NULL, reasons text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (order_id, state));
"""

_PEOPLE = """
CREATE TABLE accounts (
    name text PRIMARY KEY, password_hash text NOT NULL, roles text[] NOT NULL, disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE sessions (
    token_sha256 bytea PRIMARY KEY, account text NOT NULL REFERENCES accounts ON DELETE CASCADE, csrf text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL);
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), who text NOT NULL,
    act text NOT NULL, object text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',
    case_ref text NOT NULL DEFAULT '', incident_id uuid, details jsonb NOT NULL DEFAULT '{}');
CREATE INDEX ON audit (incident_id, at) WHERE incident_id IS NOT NULL;
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('airbeat.retention', true) = 'on' AND OLD.at < now() - interval '365 days'
    THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'the audit trail is append only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
"""

_HEADS = """
CREATE TABLE chain_heads (
    box text, boot bigint, seq bigint, sha256 bytea NOT NULL, signed boolean, stored_at timestamptz NOT NULL,
    PRIMARY KEY (box, boot, seq));
COMMENT ON COLUMN chain_heads.signed IS 'by the key of the box? null: the room has none';
"""

_SCENES = """
CREATE TABLE scenes (
    incident_id uuid NOT NULL REFERENCES incidents ON DELETE CASCADE, event_id uuid PRIMARY KEY, edge text NOT NULL,
    camera text NOT NULL, state text NOT NULL, rule text NOT NULL, zone text NOT NULL, reason text NOT NULL,
    label text NOT NULL, count int NOT NULL, confidence double precision NOT NULL, since_at timestamptz NOT NULL,
    captured_at timestamptz NOT NULL, stored_at timestamptz NOT NULL, lat double precision NOT NULL,
    lon double precision NOT NULL, box double precision[] NOT NULL, frame int[] NOT NULL, overview bytea,
    time_verified boolean NOT NULL);
CREATE INDEX ON scenes (incident_id);
CREATE INDEX ON scenes (overview) WHERE overview IS NOT NULL;
"""

_QUALITY = """
CREATE TABLE misreads (
    box text, camera text, at timestamptz NOT NULL, reads bigint NOT NULL, rate double precision NOT NULL,
    low double precision NOT NULL, high double precision NOT NULL, checked bigint NOT NULL, PRIMARY KEY (box, camera));
CREATE TABLE rejected (
    box text, camera text, at timestamptz, text text, reason text NOT NULL, confidence double precision NOT NULL,
    frames int NOT NULL, patch bytea NOT NULL, PRIMARY KEY (at, box, camera, text));
"""

_STORED = "CREATE INDEX ON reads (stored_at);"
"""The misread estimate asks every few seconds what is new."""

_ENDS = """
ALTER TABLE scenes ADD COLUMN boot bigint NOT NULL DEFAULT 0, ADD COLUMN seq bigint NOT NULL DEFAULT 0;
CREATE TABLE scene_ends (
    box text, camera text, boot bigint NOT NULL, seq bigint NOT NULL, stored_at timestamptz NOT NULL,
    PRIMARY KEY (box, camera));
COMMENT ON TABLE scene_ends IS 'who watched before this word of the box watches no more; camera empty: all of the box';
CREATE INDEX ON incidents (id) WHERE state <> 'closed';
"""

_LOOKED_AT = """
CREATE INDEX ON chain_heads (stored_at);
CREATE INDEX ON chain_heads (box) WHERE signed IS false;
"""
"""The console asks for the last day's heads and for every forged one; a box signs one a minute."""

_TRIMMED = "CREATE INDEX ON rejected (box, at);"
"""Every five seconds each box that was heard keeps its newest: without it 0.2 s a box in a table of 100 boxes."""

MIGRATIONS = (_EVENTS, _INCIDENTS, _ORDERS, _PEOPLE, _HEADS, _SCENES, _QUALITY, _STORED, _ENDS, _LOOKED_AT, _TRIMMED)


def migrate(db: Db) -> int:
    """Brings the database to the newest version, whatever others do meanwhile; returns how many steps it took."""
    with db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        db.execute("CREATE TABLE IF NOT EXISTS migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())")
        row = db.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()
        done = int(row[0]) if row else 0
        for version, script in enumerate(MIGRATIONS[done:], start=done + 1):
            db.execute(script.encode())
            db.execute("INSERT INTO migrations (version) VALUES (%s)", (version,))
    return len(MIGRATIONS) - done
