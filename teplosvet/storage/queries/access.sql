-- name: record
INSERT INTO audit_log (user_id, actor, action, subject, data)
VALUES (%(user_id)s, %(actor)s, %(action)s, %(subject)s, %(data)s)
