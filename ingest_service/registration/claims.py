"""Labels: the sheet to print, and the code that lets whoever stands before a device install it, once."""

import io
import json
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg
import segno
import typst
from psycopg.rows import TupleRow

from ingest_service.registration import checks
from teplosvet.access import audit
from teplosvet.access.principal import Principal
from teplosvet.domain.errors import UnknownNameError
from teplosvet.storage.queries import query

Connection = psycopg.Connection[TupleRow]

_compile: Callable[..., bytes] = typst.compile

_SHEET = """\
#let labels = json("labels.json")
#set page(paper: "a4", margin: (x: 5mm, y: 8mm))
#set text(size: 8pt)
#grid(
  columns: (1fr,) * 3,
  rows: (35mm,) * 8,
  gutter: 0pt,
  ..labels.map(each => box(width: 100%, height: 35mm, inset: 3mm, clip: true, grid(
    columns: (27mm, 1fr), gutter: 2mm,
    image(each.image, width: 27mm),
    [*#each.device* \\ #each.model \\ #each.serial \\ #each.place],
  )))
)
"""


class Label(NamedTuple):
    """What stands on a label.

    Attributes:
        device: Name.
        model: Model.
        serial: Serial number.
        place: Where it is, if it is anywhere.
        url: What the QR code says.
    """

    device: str
    model: str
    serial: str
    place: str
    url: str


def give_code(connection: Connection, person: Principal, device: str, serial: str) -> str:
    """A new claim code for a device without a place; an older one is worth nothing from then on.

    Raises:
        UnknownNameError: If there is no such device.
    """
    known = checks.known_device(connection, device)
    if known is None or not checks.is_visible(connection, known.id):
        raise UnknownNameError(f"no device is called {device[:80]}")
    code = secrets.token_urlsafe(12)
    values = {"device_id": known.id, "serial": serial, "digest": checks.digest_of(code)}
    connection.execute(query("registration", "claim"), values)
    audit.record(connection, person, "device.label", device, serial=serial)
    return code


def install_url(base: str, device: str, code: str | None) -> str:
    """What a QR code says: where the installer's console opens with this device."""
    return f"{base.rstrip('/')}/install?{urlencode({'d': device} | ({'k': code} if code else {}))}"


def sheet(labels: Sequence[Label]) -> bytes:
    """A PDF, 24 labels of 66 mm x 35 mm on each A4 page."""
    with tempfile.TemporaryDirectory(prefix="teplosvet-labels-") as name:
        folder = Path(name)
        rows = []
        for n, label in enumerate(labels):
            image = io.BytesIO()
            segno.make(label.url, error="m").save(image, kind="svg", border=2)
            (folder / f"{n}.svg").write_bytes(image.getvalue())
            rows.append({**label._asdict(), "image": f"{n}.svg"})
        (folder / "labels.json").write_text(json.dumps(rows), encoding="utf-8")
        (folder / "labels.typ").write_text(_SHEET, encoding="utf-8")
        return _compile(str(folder / "labels.typ"))
