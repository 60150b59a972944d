"""The registry, the readings and the quarantine over HTTP."""

from fastapi import APIRouter

from ingest_service.listings import LISTINGS
from teplosvet.api.listing import add_listings

router = APIRouter(prefix="/api/v1", tags=["registry"])
add_listings(router, LISTINGS)
