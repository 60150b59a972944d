"""A program that asks an application which really listens."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI

from teplosvet.bench.application import serving


@contextmanager
def asking(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of a running application, that follows no redirects."""
    with serving(app) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client
