"""Names of the array types that the simulators pass around, and the named random streams that fill them."""

import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

SECONDS_PER_HOUR = 3600


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A random stream of its own for every seed and name, so that one more device changes no other one."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def autoregressive(noise: Floats, time_constant_h: float) -> Floats:
    """White noise of unit variance turned into first-order autoregressive noise of unit variance, hour by hour. [-]

    Args:
        noise: Independent standard normal values, one an hour. [-]
        time_constant_h: Time after which the autocorrelation is 1/e. [h]
    """
    keep = float(np.exp(-1.0 / time_constant_h))
    gain = float(np.sqrt(1.0 - keep * keep))
    result = np.empty_like(noise)
    state = float(noise[0]) if noise.size else 0.0
    for i, value in enumerate(noise.tolist()):
        state = keep * state + gain * value if i else value
        result[i] = state
    return result
