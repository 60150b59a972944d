"""The meters that the gateway can read, one declarative file each: its `PROFILE`.

Files of a folder of one's own, named in ``TEPLOSVET_PROFILES``, count as well, so that a new meter can be tried in the
basement before it comes into the package.
"""

import importlib
import importlib.util
import os
import pkgutil
from functools import cache
from pathlib import Path

from gateway.driver import Profile
from teplosvet.domain.errors import ConfigurationError

FOLDER_VARIABLE = "TEPLOSVET_PROFILES"
"""The environment variable that names a folder of further profiles."""


def models() -> tuple[str, ...]:
    """The models that there are, in alphabetical order."""
    return tuple(sorted({*_packaged(), *_own()}))


def profile(model: str) -> Profile:
    """The profile of a model.

    Raises:
        ConfigurationError: If there is none, or its file cannot be read.
    """
    own = _own().get(model)
    if own is not None:
        return _from_file(own, own.stat().st_mtime_ns)
    if model not in _packaged():
        raise ConfigurationError(f"no meter is called {model!r}: there are {', '.join(models())}")
    return _from_package(model)


@cache
def _packaged() -> frozenset[str]:
    return frozenset(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def _own() -> dict[str, Path]:
    """Files of the folder of one's own by their model."""
    name = os.environ.get(FOLDER_VARIABLE)
    if not name:
        return {}
    folder = Path(name)
    if not folder.is_dir():
        raise ConfigurationError(f"{FOLDER_VARIABLE} names {name}, which is no folder")
    files = {file.stem.replace("_", "-"): file for file in sorted(folder.glob("[a-z]*.py"))}
    if twice := files.keys() & _packaged():
        raise ConfigurationError(f"{files[min(twice)]} has the name of a model that Teplosvet brings: give it another")
    return files


@cache
def _from_package(model: str) -> Profile:
    found: Profile = importlib.import_module(f"{__name__}.{model.replace('-', '_')}").PROFILE
    return found


@cache
def _from_file(file: Path, _changed_ns: int) -> Profile:
    spec = importlib.util.spec_from_file_location(f"teplosvet_own_profiles.{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{file} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a file of somebody else's raises, he has to hear of it in one sentence
        raise ConfigurationError(f"{file} is no profile: {type(error).__name__}: {error}") from error
    found = getattr(module, "PROFILE", None)
    if not isinstance(found, Profile):
        raise ConfigurationError(f"{file} has no PROFILE, see docs/how-to/add-a-meter.md")
    return found
