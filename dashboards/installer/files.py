"""The page's scripts: all under one digest, so that a phone keeps either all of a version or none."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from dashboards.render import assets

WORKER = "worker.js"


@cache
def scripts() -> dict[str, bytes]:
    """Scripts by their path below the folder."""
    return dict(sorted(_below(files("dashboards.installer").joinpath("app"), "")))


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".js"):
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


@cache
def digest() -> str:
    """Changes with any of the scripts."""
    together = sha256()
    for name, content in scripts().items():
        together.update(name.encode() + b"\0" + content + b"\0")
    return together.hexdigest()[:12]


def link(name: str) -> str:
    """Address of a script."""
    return f"/install/app/{digest()}/{name}"


def kept_files(styles: tuple[str, ...]) -> tuple[str, ...]:
    """Everything that the page needs without a network, except itself.

    Args:
        styles: Names of assets.
    """
    modules = tuple(link(name) for name in scripts() if name != WORKER)
    found = assets()
    return modules + tuple(f"/assets/{found[name].digest}/{name}" for name in styles)
