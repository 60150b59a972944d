"""In which form a list is wanted."""

from enum import StrEnum

from starlette.exceptions import HTTPException


class Form(StrEnum):
    """A form that a list can have."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """Its media type."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv",
    Form.PARQUET: "application/vnd.apache.parquet",
}


def wanted_form(chosen: Form | None, accept: str) -> Form:
    """The form that is asked for, by parameter or by ``Accept`` (RFC 9110, section 12.5.1).

    Raises:
        HTTPException: 406 if none of ours is wanted.
    """
    if chosen is not None:
        return chosen
    best, weight = None, 0.0
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        media, _, parameters = part.partition(";")
        quality = _quality(parameters)
        found = next((form for form in Form if _covers(media.strip().lower(), form.media_type)), None)
        if found is not None and quality > weight:
            best, weight = found, quality
    if best is None:
        raise HTTPException(406)
    return best


def _covers(media: str, ours: str) -> bool:
    return media in {"*/*", ours, f"{ours.partition('/')[0]}/*"}


def _quality(parameters: str) -> float:
    for part in parameters.split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
