"""A simulated heat meter on M-Bus: registers from a function of time, an hours logger, and the state of its link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from simulators.wire import mbus_records as records
from simulators.wire.mbus_frame import (
    ACK,
    ANY_IN_SILENCE,
    ANY_WITH_ANSWER,
    REQ_UD1,
    REQ_UD2,
    RSP_UD,
    SELECTED,
    SND_NKE,
    SND_UD,
    Request,
    long_frame,
)

CI_APPLICATION_RESET, CI_SELECT, CI_VARIABLE = 0x50, 0x52, 0x72
HOURS_LOGGER = 0x60
"""Sub-code of «load management values», which Danfoss and Axis meters use for their hours logger."""
_MOST_DATA = 234
"""Bytes of records in one telegram. [B]"""
_KWH = {"Wh": 1e-3, "kWh": 1.0, "MWh": 1e3, "MJ": 1 / 3.6, "GJ": 1000 / 3.6, "Mcal": 1.163, "0.1 Mcal": 0.1163}


@dataclass(frozen=True, slots=True)
class Registers:
    """What a heat meter shows at an instant; None is not shown.

    Attributes:
        energy_kwh: Heat register. [kWh]
        volume_m3: Volume register. [m³]
        power_kw: Power. [kW]
        flow_m3h: Flow. [m³/h]
        flow_temperature_c: Temperature of the flow pipe. [°C]
        return_temperature_c: Temperature of the return pipe. [°C]
        operating_time_h: Hours of work. [h]
        status: Status byte.
    """

    energy_kwh: float
    volume_m3: float | None = None
    power_kw: float | None = None
    flow_m3h: float | None = None
    flow_temperature_c: float | None = None
    return_temperature_c: float | None = None
    operating_time_h: float | None = None
    status: int = 0


@dataclass(frozen=True, slots=True)
class Plate:
    """What is printed on a meter.

    Attributes:
        identification: Eight digits.
        primary: Primary address.
        manufacturer: Three letters.
        version: Version (generation).
        medium: 4 heat at return, 12 heat at flow, 13 heat and cooling.
        energy_unit: A unit of `mbus_records.ENERGY_VIB`.
        forward: Whether the energy's VIF has the extension «positive contributions only» (3B), as Danfoss meters have.
        hours_kept: Depth of the hours logger, 0 for none.
        zone: What its clock keeps.
    """

    identification: str
    primary: int = 0
    manufacturer: str = "DFS"
    version: int = 0x0B
    medium: int = 0x0D
    energy_unit: str = "kWh"
    forward: bool = False
    hours_kept: int = 888
    zone: tzinfo = UTC


class MbusMeter:
    """One meter.

    Args:
        plate: What is printed on it.
        shows: What it shows at an instant, or None where its memory has nothing.
        now: The present, aware.
        stuck_fcb: Whether it ignores the frame count bit and gives its first telegram for ever.
        clock_error: How far its clock is ahead, or None for a clock that is not set.
    """

    def __init__(
        self,
        plate: Plate,
        shows: Callable[[datetime], Registers | None],
        now: Callable[[], datetime],
        *,
        stuck_fcb: bool = False,
        clock_error: timedelta | None = timedelta(),
    ) -> None:
        self.plate = plate
        self.data_set = 0
        self.reads = 0
        self.stuck_fcb = stuck_fcb
        self.clock_error = clock_error
        self._shows = shows
        self._now = now
        self._selected = False
        self._access = 0
        self._fcb: bool | None = None
        self._page = 0
        self._pages: Sequence[bytes] = ()

    def answer(self, request: Request) -> bytes:
        """What it says to a request; nothing if it is not meant."""
        if request.ci == CI_SELECT and request.address == SELECTED:
            self._selected = self._is_meant(request.data)
            self._restart()
            return ACK if self._selected else b""
        if request.control == SND_NKE and request.address == SELECTED:
            self._selected = False
            return b""
        if not self._is_addressed(request.address):
            return b""
        answer = self._act(request)
        return b"" if request.address == ANY_IN_SILENCE else answer

    def telegrams(self, now: datetime) -> list[bytes]:
        """Records of the present data set, a telegram each."""
        if self.data_set & 0xF0 == HOURS_LOGGER and self.plate.hours_kept:
            return self._logged(now)
        return [self._present(now)]

    def _is_addressed(self, address: int) -> bool:
        if address == SELECTED:
            return self._selected
        return address in (self.plate.primary, ANY_WITH_ANSWER, ANY_IN_SILENCE)

    def _act(self, request: Request) -> bytes:
        if request.control == SND_NKE:
            self._restart()
            return ACK
        if request.control == SND_UD:
            if request.ci == CI_APPLICATION_RESET:
                self.data_set = request.data[0] if request.data else 0
                self._restart()
            return ACK
        if request.control == REQ_UD1:
            return ACK
        return self._tell(request.fcb) if request.control == REQ_UD2 else b""

    def _restart(self) -> None:
        self._fcb, self._page, self._pages = None, 0, ()

    def _tell(self, fcb: bool) -> bytes:
        """The next telegram, or the last one again if the frame count bit did not change (EN 13757-2, 5.7.5)."""
        if not self._pages:
            self._pages = self.telegrams(self._now())
        elif fcb != self._fcb and not self.stuck_fcb:
            self._page = (self._page + 1) % len(self._pages)
        if fcb != self._fcb:
            self._access = (self._access + 1) % 256
        self._fcb = fcb
        self.reads += 1
        more = self._page + 1 < len(self._pages)
        data = self._header() + self._pages[self._page] + (records.MORE_FOLLOWS if more else b"")
        return long_frame(RSP_UD, self.plate.primary, CI_VARIABLE, data)

    def _header(self) -> bytes:
        shown = self._shows(self._now())
        return self._secondary_address() + bytes([self._access, shown.status if shown else 0, 0, 0])

    def _secondary_address(self) -> bytes:
        plate = self.plate
        a, b, c = (ord(letter) - 64 for letter in plate.manufacturer)
        maker = a << 10 | b << 5 | c
        number = bytes.fromhex(plate.identification)[::-1]
        return number + maker.to_bytes(2, "little") + bytes([plate.version, plate.medium])

    def _is_meant(self, mask: bytes) -> bool:
        """Whether a selection fits: F stands for any digit, FF for any manufacturer byte, version and medium."""
        own = self._secondary_address()
        digits = all(m in ("f", o) for m, o in zip(mask[:4].hex(), own[:4].hex(), strict=True))
        return len(mask) == 8 and digits and all(m in (0xFF, o) for m, o in zip(mask[4:], own[4:], strict=True))

    def _present(self, now: datetime) -> bytes:
        shown = self._shows(now)
        clock = None if self.clock_error is None else (now + self.clock_error).astimezone(self.plate.zone)
        data = records.moment(clock)
        if shown is None:
            return data
        data += self._counters(shown, 0)
        if shown.power_kw is not None:
            data += records.integer(records.POWER_W, round(shown.power_kw * 1e3))
        if shown.flow_m3h is not None:
            data += records.integer(records.FLOW_L_H, round(shown.flow_m3h * 1e3))
        if shown.flow_temperature_c is not None:
            data += records.integer(records.FLOW_TEMPERATURE, round(shown.flow_temperature_c * 10), 2)
        if shown.return_temperature_c is not None:
            data += records.integer(records.RETURN_TEMPERATURE, round(shown.return_temperature_c * 10), 2)
        return data

    def _counters(self, shown: Registers, storage: int) -> bytes:
        unit = self.plate.energy_unit
        vib = bytes.fromhex(records.ENERGY_VIB[unit])
        if self.plate.forward:
            vib = vib[:-1] + bytes([vib[-1] | 0x80, 0x3B])
        data = records.integer(vib, int(shown.energy_kwh / _KWH[unit] + 1e-6), storage=storage)
        if shown.volume_m3 is not None:
            data += records.integer(records.VOLUME_10_L, int(shown.volume_m3 * 100 + 1e-6), storage=storage)
        if shown.operating_time_h is not None:
            data += records.integer(records.OPERATING_TIME_H, int(shown.operating_time_h + 1e-6), storage=storage)
        return data

    def _logged(self, now: datetime) -> list[bytes]:
        """The hours logger, newest first: storage number n is n full hours back, stamped with the end of its hour."""
        end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        pages = [b""]
        for back in range(self.plate.hours_kept):
            at = end - timedelta(hours=back)
            shown = self._shows(at)
            if shown is None:
                continue
            row = records.moment(at.astimezone(self.plate.zone), back + 1) + self._counters(shown, back + 1)
            if len(pages[-1]) + len(row) > _MOST_DATA:
                pages.append(b"")
            pages[-1] += row
        return pages
