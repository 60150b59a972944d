"""What the jobs tell Prometheus of alarms; labels are codes of rules and names of jobs, so their number is bounded."""

from prometheus_client import Counter, Gauge

OPEN = Gauge("teplosvet_alarms_open", "Open alarms by rule", ["rule"], multiprocess_mode="livemostrecent")
WAITING = Gauge(
    "teplosvet_notifications_waiting", "Deliveries in the outbox of alarms", multiprocess_mode="livemostrecent"
)
DEAD = Gauge("teplosvet_notifications_dead", "Deliveries that were given up", multiprocess_mode="livemostrecent")
DELIVERIES = Counter("teplosvet_notifications", "Attempts to deliver alarms by what became of them", ["outcome"])
JOB_OK_AT = Gauge(
    "teplosvet_job_last_success_timestamp_seconds",
    "When a job last succeeded, Unix time",
    ["job"],
    multiprocess_mode="livemostrecent",
)
JOB_SECONDS = Gauge(
    "teplosvet_job_last_seconds", "How long its last run took", ["job"], multiprocess_mode="livemostrecent"
)
