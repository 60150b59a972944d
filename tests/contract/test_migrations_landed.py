"""Migrations are never edited: databases out there have run them as they were."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "teplosvet" / "storage" / "migrations"
LANDED = Path(__file__).parents[1] / "golden" / "migrations.sha256"
"""Digests as `sha256sum` writes them; a new migration adds its line."""


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.sql")}


def test_every_migration_is_as_it_landed() -> None:
    lines = (line.split() for line in LANDED.read_text().splitlines())
    landed = {name: digest for digest, name in lines}
    assert digests(FOLDER) == landed


def test_an_edited_migration_would_be_seen(tmp_path: Path) -> None:
    """Negative control."""
    for file in FOLDER.glob("*.sql"):
        (tmp_path / file.name).write_text(file.read_text() + "\n-- edited\n")
    assert all(digests(tmp_path)[name] != digest for name, digest in digests(FOLDER).items())
