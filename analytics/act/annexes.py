"""The annexes: meters with their registers, adjustments with their evidence, every day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from analytics.act.energy import adjustment_name
from analytics.act.facts import Meter
from analytics.act.pen import THOUSANDTH, Pen, exactly
from teplosvet.domain.adjustments import LedgerEntry
from teplosvet.domain.periods import Period
from teplosvet.stored_statement import Adjustment, BaselineDay, ReportingDay, Statement
from teplosvet.words.figures import NO_BREAK


@dataclass(frozen=True, slots=True)
class MeterLine:
    """An instrument: registers in the act's unit, None where nothing was read, and its cells as written."""

    device: str
    serial: str
    start: Decimal | None
    end: Decimal | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """A non-routine adjustment. [kWh], of water [m³]"""

    code: str
    energy_kwh: Decimal
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of the reporting period; None is unknown, and a day without avoided energy is in none of the sums.

    Attributes:
        day: Local calendar day.
        variable: Independent variable. [°C] or [h]
        adjusted_baseline_kwh: [kWh]
        adjustment_kwh: [kWh]
        metered_kwh: [kWh]
        estimated_kwh: [kWh]
        avoided_kwh: [kWh]
        cells: The same as it is written, with why the day is left out.
        filled_kwh: What a fill rule counts in place of metered energy. [kWh]
        fill_rule: The rule.
    """

    day: date
    variable: Decimal | None
    adjusted_baseline_kwh: Decimal | None
    adjustment_kwh: Decimal | None
    metered_kwh: Decimal | None
    estimated_kwh: Decimal | None
    avoided_kwh: Decimal | None
    cells: tuple[str, ...]
    filled_kwh: Decimal | None = None
    fill_rule: str | None = None


@dataclass(frozen=True, slots=True)
class BaselineLine:
    """A day of the baseline period, [°C] or [h] and [kWh]."""

    day: date
    variable: Decimal | None
    metered_kwh: Decimal | None
    fitted_kwh: Decimal | None
    used: bool


def meter_line(meter: Meter, period: Period, pen: Pen) -> MeterLine:
    """One instrument; its registers in the act's unit, as heat meters show them."""
    start, end = (None if value is None else pen.rounded(exactly(value)) for value in (meter.start, meter.end))
    place = [pen.say("meter.place", entrance=meter.entrance)] if meter.entrance else []
    place += [] if meter.floor is None else [pen.say("meter.floor", floor=str(meter.floor))]
    cells = (
        " ".join(part for part in (meter.device, meter.model) if part),
        meter.serial,
        ", ".join(place) or "–",
        _register(start, meter.start_at, pen),
        _register(end, meter.end_at, pen),
        _exchange(meter, period, pen),
        _verified(meter, pen),
    )
    return MeterLine(meter.device, meter.serial, start, end, cells)


def registers_text(meters: tuple[MeterLine, ...], days: tuple[ReportingDay, ...], metered: Decimal, pen: Pen) -> str:
    """How the registers of annex A come to the metered energy of page 1, empty where a register was not read.

    Args:
        meters: The instruments, in the act's unit.
        days: Of the reporting period.
        metered: Metered energy of page 1, in the act's unit.
        pen: Writes it.
    """
    spans = [meter.end - meter.start for meter in meters if meter.start is not None and meter.end is not None]
    if not meters or len(spans) < len(meters):
        return ""
    total = sum(spans, Decimal(0))
    left_out = [exactly(day.metered_kwh) for day in days if not day.used and day.metered_kwh is not None]
    apart = pen.rounded(sum(left_out, Decimal(0)))
    rest = total - metered - apart
    amounts = {"total": total, "apart": apart, "metered": metered, "rest": rest}
    written = {name: f"{pen.number(value, 3)}{NO_BREAK}{pen.unit_symbol}" for name, value in amounts.items()}
    text = pen.say("registers", **{name: written[name] for name in ("total", "apart", "metered")})
    return text + (pen.say("registers.rest", rest=written["rest"]) if rest else "") + "."


def _register(value: Decimal | None, at: datetime | None, pen: Pen) -> str:
    if value is None or at is None:
        return "–"
    return pen.say("meter.read", value=pen.number(value, 3), at=pen.instant(at))


def _exchange(meter: Meter, period: Period, pen: Pen) -> str:
    start, end = period.bounds(pen.zone)
    told = [pen.say("meter.installed", at=pen.instant(meter.installed_at))] if meter.installed_at > start else []
    if meter.removed_at is not None and meter.removed_at < end:
        told.append(pen.say("meter.removed", at=pen.instant(meter.removed_at)))
    return ", ".join(told) or pen.say("meter.in_place")


def _verified(meter: Meter, pen: Pen) -> str:
    """When the instrument was verified and until when that holds; empty, to be filled in by hand, where nobody said."""
    told = [pen.say("meter.verified", day=pen.day(meter.calibrated_on))] if meter.calibrated_on else []
    told += [pen.say("meter.verified_until", day=pen.day(meter.calibration_due))] if meter.calibration_due else []
    return ", ".join(told)


def adjustment_line(adjustment: Adjustment, pen: Pen) -> AdjustmentLine:
    """One adjustment and what it rests on."""
    amount = exactly(adjustment.amount_kwh)
    if adjustment.entry is not None:
        return _entry_line(adjustment, adjustment.entry, pen)
    found = pen.or_code("evidence", adjustment.kind)
    evidence = adjustment.evidence or (pen.say("evidence.none") if found == adjustment.kind else found)
    return AdjustmentLine(adjustment.kind, amount, (adjustment_name(adjustment, pen), pen.number(amount, 3), evidence))


def _entry_line(adjustment: Adjustment, entry: LedgerEntry, pen: Pen) -> AdjustmentLine:
    """An adjustment of the ledger: what it is about, what shows it, who proposed it and who agreed."""
    amount = exactly(adjustment.amount_kwh)
    half = adjustment.half_width_kwh
    width = "" if half is None else f"\n±{NO_BREAK}{pen.number(half, 3)}"
    basis = pen.say(f"adjustment.{entry.basis}", amount=f"{entry.amount:+f}", unit=pen.inner_symbol)
    about = (adjustment_name(adjustment, pen), pen.period(entry.period), basis, entry.reason)
    digest = entry.evidence.sha256
    told = [
        entry.evidence.name,
        f"SHA-256 {digest[:32]} {digest[32:]}",
        _signed("proposed", entry.proposed_side, entry.proposed_by, entry.proposed_at, pen),
    ]
    told += [_signed("agreed", s.side, s.by_whom, s.at, pen) for s in entry.steps if s.step == "agreed"]
    cells = ("\n".join(about), pen.number(amount, 3) + width, "\n".join(told))
    return AdjustmentLine(f"{adjustment.kind}.{entry.number}", amount, cells)


def _signed(what: str, side: str, by_whom: str, at: datetime, pen: Pen) -> str:
    return pen.say(f"adjustment.{what}", side=pen.say(f"side.{side}"), by=by_whom, at=pen.instant(at))


def day_line(row: ReportingDay, pen: Pen) -> DayLine:
    """One day."""
    adjusted, adjustment, metered, estimated = (
        _known(value) for value in (row.adjusted_baseline_kwh, row.adjustment_kwh, row.metered_kwh, row.estimated_kwh)
    )
    avoided = None
    if row.used and adjusted is not None and adjustment is not None and metered is not None:
        avoided = adjusted + adjustment - metered
    variable = _variable(row.variable)
    cells = (
        pen.day(row.day),
        "–" if variable is None else pen.number(variable, 1),
        *(
            ("–" if value is None else pen.number(value, 3))
            for value in (adjusted, adjustment, metered, estimated, avoided)
        ),
        "" if row.left_out is None else _left_out(row.left_out, row, pen),
    )
    filled = _known(row.filled_kwh), row.fill_rule
    return DayLine(row.day, variable, adjusted, adjustment, metered, estimated, avoided, cells, *filled)


def _left_out(reason: str, row: ReportingDay, pen: Pen) -> str:
    text = pen.or_code("left_out", reason)
    if row.fill_rule is None or row.filled_kwh is None:
        return text
    energy = pen.number(exactly(row.filled_kwh), 3)
    return pen.say("fill.day", why=text, rule=pen.or_code("fill", row.fill_rule), energy=energy)


def day_sums(days: tuple[DayLine, ...], pen: Pen) -> tuple[str, ...]:
    """The last row of the days: sums over those that are in them, which are those of page 1."""
    used = [day for day in days if day.avoided_kwh is not None]
    columns = ("adjusted_baseline_kwh", "adjustment_kwh", "metered_kwh", "estimated_kwh", "avoided_kwh")
    sums = (sum((value for day in used if (value := getattr(day, name)) is not None), Decimal(0)) for name in columns)
    return (pen.say("sum"), "", *(pen.number(total, 3) for total in sums), "")


def baseline_line(row: BaselineDay) -> BaselineLine:
    """One day of the baseline."""
    return BaselineLine(row.day, _variable(row.variable), _known(row.metered_kwh), _known(row.fitted_kwh), row.used)


def annexes(
    statement: Statement, meters: tuple[Meter, ...], pen: Pen
) -> tuple[tuple[MeterLine, ...], tuple[AdjustmentLine, ...], tuple[DayLine, ...], tuple[BaselineLine, ...]]:
    """All of them."""
    return (
        tuple(meter_line(meter, statement.period, pen) for meter in meters),
        tuple(adjustment_line(adjustment, pen) for adjustment in statement.adjustments),
        tuple(day_line(row, pen) for row in statement.reporting_days),
        tuple(baseline_line(row) for row in statement.baseline_days),
    )


def _known(value: float | None) -> Decimal | None:
    return None if value is None else exactly(value).quantize(THOUSANDTH)


def _variable(value: float | None) -> Decimal | None:
    return None if value is None else exactly(value).quantize(Decimal("0.1"))
