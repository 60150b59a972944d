"""What ingest tells Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("teplosvet_ingest_messages", "Messages taken from the broker")
ROWS = Counter("teplosvet_ingest_rows", "Rows of readings by what became of them", ["outcome"])
REFUSED = Counter("teplosvet_ingest_refused", "Messages of which something went to quarantine", ["reason"])
NULLS = Counter("teplosvet_ingest_nulls", "Values that said «not available»")
COMMIT_SECONDS = Histogram(
    "teplosvet_ingest_commit_seconds",
    "From a full batch to its commit",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
HELD = Gauge("teplosvet_ingest_held_messages", "Messages taken and not yet committed", multiprocess_mode="livesum")
RECONNECTS = Counter("teplosvet_ingest_reconnects", "Lost connections", ["service"])
