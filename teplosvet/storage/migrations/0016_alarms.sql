-- Alarms, who hears of them, and what the API remembers of requests.

-- What a building wants otherwise than the rule has it; NULL is the rule's own.
CREATE TABLE alarm_override (
    rule text NOT NULL,
    building_id integer NOT NULL REFERENCES building ON DELETE CASCADE,
    threshold double precision,
    hold_s integer CHECK (hold_s >= 0),
    clear_s integer CHECK (clear_s >= 0),
    enabled boolean NOT NULL DEFAULT true,
    PRIMARY KEY (rule, building_id)
);

-- A condition that holds, from when on: it becomes an alarm when it has held long enough.
CREATE TABLE alarm_pending (
    rule text NOT NULL,
    subject text NOT NULL,
    first_seen timestamptz NOT NULL,
    PRIMARY KEY (rule, subject)
);

CREATE TABLE alarm (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    subject text NOT NULL,
    building_id integer REFERENCES building ON DELETE CASCADE,
    device_id integer REFERENCES device ON DELETE CASCADE,
    entrance text,
    severity integer NOT NULL CHECK (severity BETWEEN 1 AND 3),
    opened_at timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    closed_at timestamptz,
    data jsonb NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX alarm_one_open ON alarm (rule, subject) WHERE closed_at IS NULL;
CREATE INDEX ON alarm (opened_at DESC, id DESC);
CREATE INDEX ON alarm (building_id, opened_at DESC);
CREATE INDEX ON alarm (device_id) WHERE device_id IS NOT NULL;

CREATE TABLE alarm_note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alarm_id bigint NOT NULL REFERENCES alarm,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    acknowledges boolean NOT NULL,
    note text NOT NULL DEFAULT ''
);
CREATE INDEX ON alarm_note (alarm_id, id);
CREATE UNIQUE INDEX alarm_one_acknowledgement ON alarm_note (alarm_id) WHERE acknowledges;

CREATE FUNCTION alarm_note_is_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'notes on alarms are only ever added';
END $$;
CREATE TRIGGER alarm_note_is_for_good BEFORE UPDATE OR DELETE OR TRUNCATE ON alarm_note
    FOR EACH STATEMENT EXECUTE FUNCTION alarm_note_is_for_good();

-- What subscribers hear of, in the order in which it happened.
CREATE TABLE alarm_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alarm_id bigint NOT NULL REFERENCES alarm ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('opened', 'closed')),
    at timestamptz NOT NULL
);
CREATE INDEX ON alarm_event (alarm_id);

CREATE TABLE alarm_subscription (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('webhook', 'email')),
    target text NOT NULL,
    secret text NOT NULL,
    language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ru')),
    least_severity integer NOT NULL DEFAULT 2 CHECK (least_severity BETWEEN 1 AND 3),
    rules text[],
    -- buildings that the owner might see when they subscribed, NULL for all there are
    buildings integer[],
    quiet_from time,
    quiet_to time,
    zone text NOT NULL DEFAULT 'Europe/Moscow',
    digest_after integer NOT NULL DEFAULT 10 CHECK (digest_after BETWEEN 1 AND 100),
    last_event_id bigint NOT NULL DEFAULT 0,
    made_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

CREATE TABLE alarm_delivery (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    subscription_id bigint NOT NULL REFERENCES alarm_subscription,
    made_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead')),
    settled_at timestamptz,
    error text,
    events jsonb NOT NULL
);
CREATE INDEX ON alarm_delivery (next_at) WHERE state = 'waiting';
CREATE INDEX ON alarm_delivery (subscription_id, made_at DESC);

CREATE TABLE job_run (
    job text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    ok_at timestamptz,
    seconds double precision,
    error text
);

-- Answers to requests with an Idempotency-Key, for a day.
CREATE TABLE api_answer (
    principal text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    status integer,
    headers jsonb,
    body bytea,
    PRIMARY KEY (principal, key)
);
CREATE INDEX ON api_answer (at);

CREATE INDEX ON device_event (happened_at);
CREATE INDEX ON quarantine (device) WHERE device IS NOT NULL;
