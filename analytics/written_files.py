"""One document in several forms, written beside each other."""

from collections.abc import Mapping
from pathlib import Path

from teplosvet.domain.errors import ConfigurationError


def write_forms(out: Path, name: str, bodies: Mapping[str, bytes]) -> dict[str, str]:
    """Write ``NAME.ENDING`` for each ending into a folder, which is made; the paths by ending.

    Raises:
        ConfigurationError: If it cannot be written there.
    """
    paths = {}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for ending, body in bodies.items():
            path = out / f"{name}.{ending}"
            path.write_bytes(body)
            paths[ending] = str(path)
    except OSError as error:
        raise ConfigurationError(f"--out: {error.strerror}: {error.filename}") from error
    return paths
