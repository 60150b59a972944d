"""How many telegrams are decoded in a second, beside two libraries on the same telegrams in the same run."""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from gateway.errors import DecodeError
from gateway.mbus.bench_frames import built_in_frames
from gateway.mbus.telegram import decode
from teplosvet.domain.errors import ConfigurationError, InvalidFileError
from teplosvet.output import people, print_json, print_table

Decoder = Callable[[bytes], object]

_OURS = "teplosvet"


class Speed(NamedTuple):
    """How fast a decoder is.

    Attributes:
        decoder: Its name.
        frames_per_second: Frames that it was given in a second of processor time. [1/s]
        decoded_share: Share of them that it did not refuse. [-]
        times: Our speed divided by its. [-]
    """

    decoder: str
    frames_per_second: float
    decoded_share: float
    times: float


def bench_mbus(
    frames: Annotated[Path | None, typer.Option(help="Folder with telegrams, one hexadecimal .hex file each.")] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="How long each decoder runs.")] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure telegrams decoded per second, beside pyMeterBus and pymbusparser."""
    telegrams = built_in_frames() if frames is None else read_folder(frames)
    decoders = {_OURS: decode, **libraries()}
    missing = [name for name in _LIBRARIES if name not in decoders]
    speeds = compare(decoders, telegrams, seconds)
    if as_json:
        print_json({"frames": len(telegrams), "missing": missing, "decoders": [speed._asdict() for speed in speeds]})
        return
    print_table(
        f"{len(telegrams)} telegrams, {seconds:g} s each",
        ("decoder", "telegrams/s", "decoded", "ours is faster by"),
        ((s.decoder, f"{s.frames_per_second:,.0f}", f"{s.decoded_share:.0%}", f"{s.times:.1f}") for s in speeds),
    )
    for name in missing:
        people.print(f"{name} is not installed: it belongs to the development group")


def compare(decoders: Mapping[str, Decoder], telegrams: Sequence[bytes], seconds: float) -> list[Speed]:
    """Let each decoder run for some time on the same telegrams.

    Args:
        decoders: Decoders by name, ours first.
        telegrams: What they are given.
        seconds: Processor time that each gets. [s]
    """
    measured = {name: _measure(decoder, telegrams, seconds) for name, decoder in decoders.items()}
    ours = measured[_OURS][0]
    return [Speed(name, rate, share, ours / rate) for name, (rate, share) in measured.items()]


def _measure(decoder: Decoder, telegrams: Sequence[bytes], seconds: float) -> tuple[float, float]:
    given = refused = 0
    begin = time.process_time()  # what else runs on the machine does not count
    while (elapsed := time.process_time() - begin) < seconds or not given:
        for telegram in telegrams:
            try:
                decoder(telegram)
            except Exception:  # noqa: BLE001  # libraries refuse with whatever comes to their mind
                refused += 1
        given += len(telegrams)
    return given / elapsed, 1 - refused / given


def read_folder(folder: Path) -> tuple[bytes, ...]:
    """The telegrams of a folder.

    Raises:
        ConfigurationError: If there are none.
        InvalidFileError: If a file is no telegram in hexadecimal.
    """
    telegrams = []
    for file in sorted(folder.glob("*.hex")):
        try:
            telegram = bytes.fromhex(file.read_text("ascii"))
            decode(telegram)
        except (ValueError, OSError, DecodeError) as error:
            raise InvalidFileError(file.name, None, None, f"expected a telegram in hexadecimal: {error}") from error
        telegrams.append(telegram)
    if not telegrams:
        raise ConfigurationError(f"{folder} holds no .hex file")
    return tuple(telegrams)


def _meterbus() -> Decoder:
    library = importlib.import_module("meterbus")

    def run(telegram: bytes) -> object:
        # it works a record out when it is asked for
        return [(record.parsed_value, record.unit) for record in library.load(list(telegram)).records]

    return run


def _pymbusparser() -> Decoder:
    parse: Decoder = importlib.import_module("pymbusparser").parse
    return parse


_LIBRARIES: Mapping[str, Callable[[], Decoder]] = {"pyMeterBus": _meterbus, "pymbusparser": _pymbusparser}


def libraries() -> dict[str, Decoder]:
    """The two libraries, as far as they are installed."""
    found = {}
    for name, load in _LIBRARIES.items():
        try:
            found[name] = load()
        except ImportError:
            continue
    return found
