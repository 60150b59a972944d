-- What the API asks of every view, and what it remembers of requests.

-- name: page
SELECT {columns} FROM {view} WHERE {conditions} ORDER BY {order} LIMIT {limit};

-- name: every
SELECT {columns} FROM {view} WHERE {conditions} ORDER BY {order};

-- name: patience
-- How long a request waits for another one with the same key.
SELECT set_config('lock_timeout', '10s', true);

-- name: forget
DELETE FROM api_answer WHERE at < now() - INTERVAL '24 hours';

-- name: forget_one
DELETE FROM api_answer WHERE principal = %(principal)s AND key = %(key)s AND at < now() - INTERVAL '24 hours';

-- name: claim
-- Waits while another transaction holds the key.
INSERT INTO api_answer (principal, key, digest) VALUES (%(principal)s, %(key)s, %(digest)s) ON CONFLICT DO NOTHING;

-- name: answered
SELECT digest, status, headers, body FROM api_answer WHERE principal = %(principal)s AND key = %(key)s;

-- name: keep
UPDATE api_answer SET status = %(status)s, headers = %(headers)s, body = %(body)s
WHERE principal = %(principal)s AND key = %(key)s;
