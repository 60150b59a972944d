"""The codecs, one declarative file each: its `CODEC`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from teplosvet.vendors.lorawan.codec import Codec


@cache
def codecs() -> Mapping[str, Codec]:
    """The codecs by their names."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.CODEC.name: module.CODEC for module in modules}
