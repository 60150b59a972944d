"""The vendors whose messages are understood, one declarative file each: its `ADAPTER`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from teplosvet.vendors.adapter import Adapter


@cache
def adapters() -> Mapping[str, Adapter]:
    """The adapters by their names."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [module.ADAPTER for module in modules]
    return {adapter.name: adapter for adapter in found}
