"""What the application tells Prometheus of its requests; labels are templates of routes, so their number is bounded."""

from prometheus_client import Counter, Histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"

REQUESTS = Counter("teplosvet_api_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "teplosvet_api_request_seconds",
    "From the first byte of a request to the last one of its answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30),
)


def answered(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count an answer. [s]"""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route or NO_ROUTE, str(status)).inc()
    SECONDS.labels(known, route or NO_ROUTE).observe(seconds)
