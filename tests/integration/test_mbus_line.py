"""M-Bus meters on a line over TCP: each thing that goes wrong on real lines, and the sentence for the installer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from gateway.driver import Archive, ArchiveRow, Contact, DriverSettings
from gateway.errors import (
    CollisionError,
    CutShortError,
    DecodeError,
    DeviceError,
    LineError,
    NoAnswerError,
    NothingArchivedError,
    RefusedError,
    WrongDeviceError,
)
from gateway.line import Framing, Line
from gateway.mbus.scan import scan_primary, scan_secondary
from gateway.profiles import profile
from simulators.wire.line_server import LineServer, Piece
from simulators.wire.mbus_frame import SELECTED, SND_NKE, long_frame, short_frame
from simulators.wire.mbus_meter import CI_APPLICATION_RESET, HOURS_LOGGER, MbusMeter, Plate, Registers
from simulators.wire.mbus_slave import Faults, MbusBus
from teplosvet.domain.quantities import Quantity

NOW = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
FIRST_HOUR = datetime(2026, 1, 1, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))
FAST = Framing(38_400, "E")


def shows(at: datetime) -> Registers | None:
    """Two kilowatt-hours an hour since New Year."""
    hours = (at - FIRST_HOUR) / timedelta(hours=1)
    if hours < 0:
        return None
    return Registers(1000 + 2 * hours, 50 + 0.05 * hours, 2.0, 0.05, 75.5, 41.2, 300 + hours)


def meter(number: str = "12345678", primary: int = 5, **more: object) -> MbusMeter:
    return MbusMeter(Plate(number, primary, zone=MOSCOW, **more), shows, lambda: NOW)  # type: ignore[arg-type]


@contextmanager
def bus(
    meters: Sequence[MbusMeter], faults: Faults | None = None, slack_s: float = 0.5
) -> Iterator[tuple[MbusBus, Line]]:
    hung = MbusBus(meters, faults)
    with LineServer(hung) as server:
        line = Line("basement", server.url, FAST, slack_s)
        yield hung, line
        line.close()


def read(line: Line, address: str = "p5", model: str = "danfoss-sonometer-40") -> Contact:
    return profile(model).driver(line, DriverSettings("heat-1", address, MOSCOW)).read()


def values(contact: Contact) -> dict[Quantity, float]:
    return {sample.quantity: sample.value for sample in contact.samples}


EXPECTED = {
    Quantity.HEAT_ENERGY_KWH: 1217,
    Quantity.HEAT_VOLUME_M3: 55.42,
    Quantity.HEAT_POWER_KW: 2.0,
    Quantity.HEAT_FLOW_M3H: 0.05,
    Quantity.FLOW_TEMPERATURE_C: 75.5,
    Quantity.RETURN_TEMPERATURE_C: 41.2,
    Quantity.OPERATING_TIME_H: 408,
    Quantity.HEAT_ERROR_FLAGS: 0,
}
"""What the meter shows at `NOW`, 108.5 h after `FIRST_HOUR`."""


@pytest.mark.parametrize(
    "address", ["5", "p5", "12345678", "12345678.DFS.0B.0D", "1234FFFF", "12345678D3100B0D", "p254"]
)
def test_a_meter_is_read_by_any_of_its_addresses(address: str) -> None:
    with bus([meter()]) as (_, line):
        contact = read(line, address)
    assert values(contact) == pytest.approx(EXPECTED)
    assert (contact.serial, contact.model, contact.remarks) == ("12345678", "DFS.0B.0D", ())
    assert contact.meter_clock == NOW, "its clock shows Moscow's time"
    assert {s.quantity: s.resolution for s in contact.samples}[Quantity.HEAT_VOLUME_M3] == 0.01
    assert len(contact.frames) == 1


def test_a_selected_meter_is_released_afterwards() -> None:
    with bus([meter()]) as (hung, line):
        read(line, "12345678")
    assert (hung.heard[-1].control, hung.heard[-1].address) == (SND_NKE, SELECTED)


def test_gigacalories_become_kilowatt_hours() -> None:
    with bus([meter(energy_unit="Mcal", forward=True)]) as (_, line):
        contact = read(line)
    assert values(contact)[Quantity.HEAT_ENERGY_KWH] == pytest.approx(1046 * 1.163)
    assert contact.samples[0].resolution == pytest.approx(1.163)


@pytest.mark.parametrize(
    ("faults", "heard"),
    [
        (Faults(noise=bytes.fromhex("00 ff 68 10 e6 16")), "noise before the frame"),
        (Faults(noise=bytes.fromhex("68 05 06 68")), "noise that looks like a start"),
        (Faults(noise=bytes.fromhex("68")), "a single start byte as noise"),
        (Faults(echo=True), "the echo of a converter"),
        (Faults(split_s=0.03), "a frame in two parts"),
        (Faults(delay_s=0.05), "a slow meter"),
        (Faults(lost_ack=True), "every E5 lost"),
        (Faults(times=1, half=True), "half a frame, once"),
        (Faults(times=2, wrong_checksum=True), "a wrong checksum, once"),
        (Faults(times=2, lost=True), "no answer, once"),
        (Faults(times=3, noise=b"\x68\x20\x20\x68"), "noise that begins a frame"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("address", ["p5", "12345678"])
def test_what_can_be_overcome_is_overcome(faults: Faults, heard: str, address: str) -> None:
    faults = Faults(**{name: getattr(faults, name) for name in Faults.__dataclass_fields__})
    with bus([meter()], faults) as (_, line):
        assert values(read(line, address, "mbus-heat")) == pytest.approx(EXPECTED), heard


OTHER_MASTER = short_frame(SND_NKE, 7)


@pytest.mark.parametrize(
    ("faults", "address", "error", "sentence"),
    [
        (Faults(lost=True), "p5", NoAnswerError, "check the wires, the address, the speed"),
        (Faults(), "p9", NoAnswerError, "heat-1 at p9: The meter does not answer"),
        (Faults(), "87654321", NoAnswerError, "compare it with the number on the meter's plate"),
        (Faults(echo=True), "p9", NoAnswerError, "only the converter's echo came back"),
        (Faults(half=True), "p5", CutShortError, "noise, a wrong speed, or two meters that speak at once"),
        (Faults(wrong_checksum=True), "p5", DecodeError, "the checksum is"),
        (Faults(address=6), "p5", WrongDeviceError, "the meter with address p6 answered"),
        (Faults(identification="99999999"), "12345678", WrongDeviceError, "the meter 99999999 DFS answered"),
        (
            Faults(second_master=OTHER_MASTER, lost_ack=True, half=True),
            "p5",
            CollisionError,
            "another master asks meters",
        ),
        (Faults(noise=b"\x00" * 1200), "p5", CollisionError, "the line is never quiet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_overcome_has_a_sentence(
    faults: Faults, address: str, error: type[DeviceError], sentence: str
) -> None:
    with bus([meter()], faults, slack_s=0.05) as (_, line), pytest.raises(error) as caught:
        read(line, address, "mbus-heat")
    assert sentence in str(caught.value)
    assert "heat-1" in str(caught.value)
    assert line.failures, "the bytes are kept"
    assert line.failures[-1].meter == "heat-1"
    assert line.failures[-1].sent


def test_another_master_on_the_line_is_a_remark_when_the_answer_comes_all_the_same() -> None:
    with bus([meter()], Faults(second_master=OTHER_MASTER)) as (_, line):
        contact = read(line)
    assert values(contact) == pytest.approx(EXPECTED)
    assert [remark.event for remark in contact.remarks] == ["second_master"]


@pytest.mark.parametrize("address", ["p5", "123456FF"])
def test_two_meters_that_answer_at_once(address: str) -> None:
    with bus([meter(), meter("12345600")]) as (_, line), pytest.raises(CollisionError) as caught:
        read(line, address)
    assert "two meters" in str(caught.value) or "several meters" in str(caught.value)


def test_a_meter_that_was_replaced_overnight_says_its_own_number() -> None:
    with bus([meter()]) as (hung, line):
        before = read(line)
        hung.meters = [meter("87654321")]
        assert (before.serial, read(line).serial) == ("12345678", "87654321")
        line.slack_s = 0.05
        with pytest.raises(NoAnswerError):
            read(line, "12345678")


def test_a_meter_that_ignores_the_frame_count_is_read_and_remarked() -> None:
    stuck = MbusMeter(Plate("12345678", 5), shows, lambda: NOW, stuck_fcb=True)
    stuck.data_set = HOURS_LOGGER
    with bus([stuck]) as (_, line):
        contact = read(line, model="mbus-heat")
    assert "stuck_frame_count" in [remark.event for remark in contact.remarks]


def test_a_clock_that_is_not_set_is_none() -> None:
    with bus([MbusMeter(Plate("12345678", 5), shows, lambda: NOW, clock_error=None)]) as (_, line):
        assert read(line).meter_clock is None


def test_a_repeated_request_keeps_its_frame_count_bit_and_the_next_one_toggles_it() -> None:
    many = meter(hours_kept=20)
    many.data_set = HOURS_LOGGER
    with bus([many], Faults(times=2, lost=True)) as (hung, line):
        read(line, model="mbus-heat")
    asked = [request.fcb for request in hung.heard if request.ci is None and request.control != SND_NKE]
    assert asked[:1] == [True]
    assert len(asked) > 2
    assert all(one != other for one, other in pairwise(asked)), "no answer to SND_NKE was the loss"


def test_a_data_request_that_is_repeated_is_not_skipped() -> None:
    many = meter(hours_kept=20)
    with bus([many]) as (hung, line):
        wanted = [NOW.replace(minute=0) - timedelta(hours=n) for n in range(20)]
        driver = profile("danfoss-sonometer-40").driver(line, DriverSettings("heat-1", "p5", MOSCOW))
        rows = driver.read_archive(Archive.HOUR, wanted)
        got = [next(rows).at]
        hung.faults = Faults(times=1, half=True)
        got += [row.at for row in rows]
    assert got == wanted, "a half answer is asked for again and nothing is lost or doubled"


def archive(line: Line, wanted: Sequence[datetime], kind: Archive = Archive.HOUR) -> list[ArchiveRow]:
    driver = profile("danfoss-sonometer-40").driver(line, DriverSettings("heat-1", "p5", MOSCOW))
    return list(driver.read_archive(kind, wanted))


def test_hours_come_out_of_the_logger_with_their_registers() -> None:
    one = meter(hours_kept=200)
    wanted = [NOW.replace(minute=0) - timedelta(hours=n) for n in (1, 5, 60)]
    with bus([one]) as (hung, line):
        rows = {row.at: row for row in archive(line, wanted)}
        reads = one.reads
        after = read(line)
    for at in wanted:
        energy = next(s.value for s in rows[at].samples if s.quantity is Quantity.HEAT_ENERGY_KWH)
        assert energy == 1000 + 2 * (at - FIRST_HOUR) / timedelta(hours=1)
    assert reads < 15, "the rest of the logger is left alone"
    assert one.data_set == 0, "the usual data set is back"
    assert values(after) == pytest.approx(EXPECTED)
    resets = [request.data for request in hung.heard if request.ci == CI_APPLICATION_RESET]
    assert resets[:2] == [bytes([HOURS_LOGGER]), b""]


def test_hours_that_the_meter_does_not_have_are_rows_without_samples() -> None:
    wanted = [
        FIRST_HOUR + timedelta(hours=1),
        FIRST_HOUR - timedelta(hours=2),
        NOW.replace(minute=0) + timedelta(hours=1),
    ]
    with bus([meter(hours_kept=200)]) as (_, line):
        rows = {row.at: row.samples for row in archive(line, wanted)}
    assert rows[wanted[0]]
    assert rows[wanted[1]] == (), "before it was installed: need not be asked again"
    assert wanted[2] not in rows, "it may still come"


@pytest.mark.parametrize("spoilt", [Faults(half=True), Faults(lost=True), Faults(wrong_checksum=True)])
def test_the_usual_data_set_comes_back_after_a_failure(spoilt: Faults) -> None:
    one = meter(hours_kept=200)
    with bus([one]) as (hung, line):
        driver = profile("danfoss-sonometer-40").driver(line, DriverSettings("heat-1", "p5", MOSCOW))
        rows = driver.read_archive(Archive.HOUR, [FIRST_HOUR])
        next(rows)
        hung.faults, line.slack_s = spoilt, 0.05
        with pytest.raises(DeviceError):
            list(rows)
        hung.faults, line.slack_s = None, 0.5
        assert values(driver.read()) == pytest.approx(EXPECTED)
    assert one.data_set == 0


def test_a_reader_who_stops_leaves_the_meter_on_its_usual_data_set_and_the_line_free() -> None:
    one = meter(hours_kept=200)
    with bus([one]) as (_, line):
        driver = profile("danfoss-sonometer-40").driver(line, DriverSettings("heat-1", "p5", MOSCOW))
        rows = driver.read_archive(Archive.HOUR, [FIRST_HOUR])
        next(rows)
        assert one.data_set == HOURS_LOGGER
        rows.close()  # type: ignore[attr-defined]
        assert one.data_set == 0


def test_a_gateway_that_was_killed_while_it_read_an_archive_begins_with_the_usual_data_set() -> None:
    one = meter()
    one.data_set = HOURS_LOGGER
    with bus([one]) as (_, line):
        assert values(read(line)) == pytest.approx(EXPECTED)


def test_a_logger_that_is_empty_and_one_that_is_not_there() -> None:
    with bus([meter(hours_kept=0)]) as (_, line):
        with pytest.raises(NothingArchivedError, match="hour archive is empty"):
            archive(line, [FIRST_HOUR])
        with pytest.raises(NothingArchivedError, match="keeps no day archive"):
            list(profile("mbus-heat").driver(line, DriverSettings("heat-1", "p5")).read_archive(Archive.DAY, []))


class Saying:
    """A bus that says one thing to every request."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def hear(self, data: bytes) -> list[Piece]:  # noqa: ARG002  # whatever it is
        return [Piece(self._answer)]


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (long_frame(0x08, 5, 0x70, b"\x08"), RefusedError, "it is too busy"),
        (long_frame(0x08, 5, 0x71, b"\x01"), RefusedError, "raises an alarm"),
        (b"\xe5", RefusedError, "the meter says that it has no data"),
        (long_frame(0x08, 5, 0x99, b"\x01"), DecodeError, "CI field 99"),
    ],
)
def test_a_meter_that_has_nothing_to_say(answer: bytes, error: type[DeviceError], sentence: str) -> None:
    with LineServer(Saying(answer)) as server, pytest.raises(error) as caught:
        read(Line("basement", server.url, FAST, slack_s=0.2), model="mbus-heat")
    assert sentence in str(caught.value)


def test_a_converter_that_hung_up_is_connected_to_again() -> None:
    hung = MbusBus([meter()])
    with LineServer(hung) as server:
        line = Line("basement", server.url, FAST, slack_s=0.2)
        read(line)
    with pytest.raises(LineError, match="cannot be opened"):
        read(line)
    with LineServer(hung, server.port):
        assert values(read(line)) == pytest.approx(EXPECTED)


def test_a_search_over_a_converter_finds_the_meters() -> None:
    with bus([meter()], slack_s=2.0) as (_, line), line.owned():
        found = [*scan_secondary(line), *scan_primary(line, [5])]
    assert [each.address for each in found] == ["12345678.DFS.0B.0D", "p5"]
    assert [each.answer.telegram.identification for each in found if each.answer] == ["12345678"] * 2
