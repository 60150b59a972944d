"""The meters that the gateway can read, one declarative file each: its `PROFILE`."""

import importlib
import pkgutil
from functools import cache

from gateway.driver import Profile
from teplosvet.domain.errors import ConfigurationError


def models() -> tuple[str, ...]:
    """The models that there are, in alphabetical order."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


@cache
def profile(model: str) -> Profile:
    """The profile of a model.

    Raises:
        ConfigurationError: If there is none.
    """
    if model not in models():
        raise ConfigurationError(f"no meter is called {model!r}: there are {', '.join(models())}")
    found: Profile = importlib.import_module(f"{__name__}.{model.replace('-', '_')}").PROFILE
    return found
