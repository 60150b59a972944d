"""The saving of lighting by usage groups, with what a sample can prove of it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.usage_groups.group import Side, UsageGroup, estimate
from analytics.usage_groups.sampling import Sample, quantile, sample_size
from teplosvet.domain.contracts import KWH_PER_GCAL
from teplosvet.domain.findings import Finding, FindingCode, Severity

METHOD, VERSION, DATED = "light-usage-groups", "1", "2026-11-24"
CONFIDENCES = (0.9, 0.8, 0.68)
INSTRUMENT_ERROR = 0.01
"""Maximum permissible error of the instrument that measured power: active energy class B (EN 50470-3). [-]"""


@dataclass(frozen=True, slots=True)
class Aim:
    """How well each measured quantity is to be known: 90/10 unless agreed otherwise.

    Attributes:
        confidence: [-]
        precision: Relative half width. [-]
    """

    confidence: float = 0.9
    precision: float = 0.1


@dataclass(frozen=True, slots=True)
class Heating:
    """How much of the lamps' heat had warmed a heated house.

    Attributes:
        heated_share: Share of the light in heated space. [-]
        season_share: Share of the light in the heating season. [-]
        useful_share: Share of its heat that replaced other heat. [-]
    """

    heated_share: float
    season_share: float
    useful_share: float


@dataclass(frozen=True, slots=True)
class Achieved:
    """How well a measured quantity is known.

    Attributes:
        period: baseline or reporting.
        quantity: power_w or hours_h_per_day.
        n: Measured points.
        mean: [unit of the quantity]
        cv: Coefficient of variation. [-]
        precision: Relative half width at the aim's confidence, None if nothing can be said. [-]
        needed: Points that the measured variation asks for.
    """

    period: str
    quantity: str
    n: int
    mean: float
    cv: float
    precision: float | None
    needed: int


@dataclass(frozen=True, slots=True)
class GroupSaving:
    """One group; every energy over the period. [kWh]

    Attributes:
        name: Of the group.
        points: Its fixtures.
        option: A if a factor is stipulated, B if all are measured.
        baseline_kwh: Before the measure.
        illuminance_kwh: Added to the baseline because it was darker afterwards than it may be; never above 0.
        reporting_kwh: After it, of the fixtures that work.
        failed_kwh: What failed fixtures would have used, which is no saving.
        avoided_energy_kwh: Baseline with its adjustment less the two.
        samples: What was measured.
    """

    name: str
    points: int
    option: str
    baseline_kwh: float
    illuminance_kwh: float
    reporting_kwh: float
    failed_kwh: float
    avoided_energy_kwh: float
    samples: tuple[Achieved, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds that hold the true saving with some confidence, as far as sampling and instrument decide it.

    Attributes:
        confidence: [-]
        lower_kwh: [kWh]
        upper_kwh: [kWh]
    """

    confidence: float
    lower_kwh: float
    upper_kwh: float


@dataclass(frozen=True, slots=True)
class LightingSaving:
    """The saving of all groups.

    Attributes:
        method: Name of the method.
        method_version: Its version.
        days: Days of the period. [d]
        groups: The groups.
        avoided_energy_kwh: Sum, None if something was refused. [kWh]
        bands: Bounds, the widest confidence first; empty if a variance is unknown or nothing was measured.
        proven: Whether the whole 90 % band is above zero.
        extra_heat_kwh: Heat that the heating has to give instead of the lamps, None if not asked for. [kWh]
        extra_heat_gcal: The same. [Gcal]
        findings: What a reader has to know.
    """

    method: str
    method_version: str
    days: float
    groups: tuple[GroupSaving, ...]
    avoided_energy_kwh: float | None
    bands: tuple[Bounds, ...]
    proven: bool
    extra_heat_kwh: float | None
    extra_heat_gcal: float | None
    findings: tuple[Finding, ...]


def lighting_saving(
    groups: Sequence[UsageGroup],
    days: float,
    heating: Heating | None = None,
    aim: Aim | None = None,
    instrument_error: float = INSTRUMENT_ERROR,
) -> LightingSaving:
    """Avoided energy of lighting over a period, by usage groups. [kWh]

    ``Σ N (P_b H_b - P_r H_r) d`` [1]. Failed fixtures count as if they worked. Where it is darker than before and
    darker than the rules allow, the baseline is brought to the lesser light. Interaction with the heating is told
    beside the saving: an option C contract on the heat meter has it inside already.

    Args:
        groups: Usage groups.
        days: Days of the reporting period; the baseline is brought to the same number. [d]
        heating: How the lamps' heat was used, None if that is not asked.
        aim: How well each quantity is to be known, None for 90/10.
        instrument_error: Maximum permissible error of the power measurement. [-]

    References:
        [1] FEMP, "Standard Lighting M&V Plan", 2007; EVO, IPMVP Core Concepts, options A and B.
    """
    aim = aim or Aim()
    findings = [found for group in groups for found in _judge(group, aim)]
    results = tuple(_group_saving(group, days, aim) for group in groups)
    findings += _judge_lamps(groups, results)
    refused = any(found.severity is Severity.REFUSAL for found in findings)
    avoided = round(sum(each.avoided_energy_kwh for each in results), 3)
    bands = () if refused else tuple(_bands(groups, days, avoided, instrument_error))
    extra_kwh = None
    if heating is not None and not refused:
        extra_kwh = round(avoided * heating.heated_share * heating.season_share * heating.useful_share, 3)
    return LightingSaving(
        method=METHOD,
        method_version=VERSION,
        days=days,
        groups=results,
        avoided_energy_kwh=None if refused else avoided,
        bands=bands,
        proven=bool(bands) and bands[0].lower_kwh > 0,
        extra_heat_kwh=extra_kwh,
        extra_heat_gcal=None if extra_kwh is None else round(extra_kwh / float(KWH_PER_GCAL), 6),
        findings=tuple(findings),
    )


def _group_saving(group: UsageGroup, days: float, aim: Aim) -> GroupSaving:
    before, after = estimate(group.baseline, group.points, days), estimate(group.reporting, group.points, days)
    failed_kwh = after.energy_kwh * group.failed_points / group.points
    darker_kwh = before.energy_kwh * (_light_share(group) - 1)
    sides = (("baseline", before.samples), ("reporting", after.samples))
    samples = (
        _achieved(period, name, sample, group.points, aim) for period, found in sides for name, sample in found.items()
    )
    baseline, adjustment = round(before.energy_kwh, 3), round(darker_kwh, 3)
    reporting, failed = round(after.energy_kwh - failed_kwh, 3), round(failed_kwh, 3)
    return GroupSaving(
        name=group.name,
        points=group.points,
        option="B" if group.baseline.measured and group.reporting.measured else "A",
        baseline_kwh=baseline,
        illuminance_kwh=adjustment,
        reporting_kwh=reporting,
        failed_kwh=failed,
        avoided_energy_kwh=round(baseline + adjustment - reporting - failed, 3),
        samples=tuple(samples),
    )


def _light_share(group: UsageGroup) -> float:
    """Share of the baseline that bought as much light as there is now; 1 where light is enough. [-]"""
    before, after = group.baseline.illuminance_lx, group.reporting.illuminance_lx
    if before is None or after is None or after >= before:
        return 1.0
    if group.norm_lx is not None and after >= group.norm_lx:
        return 1.0
    return after / before


def _achieved(period: str, quantity: str, sample: Sample, points: int, aim: Aim) -> Achieved:
    precision = sample.precision(aim.confidence)
    return Achieved(
        period=period,
        quantity=quantity,
        n=sample.n,
        mean=round(sample.mean, 6),
        cv=round(sample.cv, 4),
        precision=None if math.isnan(precision) else round(precision, 4),
        needed=sample_size(points, aim.confidence, aim.precision, sample.cv),
    )


def _bands(groups: Sequence[UsageGroup], days: float, avoided_kwh: float, instrument_error: float) -> Iterator[Bounds]:
    """Bounds by the variances of all samples, degrees of freedom by Welch and Satterthwaite (GUM, G.4.1)."""
    parts = []
    for group in groups:
        light = _light_share(group)
        parts += [(light**2 * variance, df) for variance, df in estimate(group.baseline, group.points, days).parts]
        parts += estimate(group.reporting, group.points, days).parts
    instrument = (instrument_error / math.sqrt(3) * avoided_kwh) ** 2
    if not parts or any(math.isnan(variance) for variance, _ in parts):
        return
    total = sum(variance for variance, _ in parts) + instrument
    lost = sum(variance**2 / df for variance, df in parts if df > 0)
    freedom = total**2 / lost if lost > 0 else math.inf
    for confidence in CONFIDENCES:
        half = quantile(confidence, freedom) * math.sqrt(total)
        yield Bounds(confidence, round(avoided_kwh - half, 3), round(avoided_kwh + half, 3))


def _judge(group: UsageGroup, aim: Aim) -> Iterator[Finding]:
    if group.presence_control and not group.reporting.hours_h_per_day.measured:
        yield Finding(FindingCode.HOURS_NOT_MEASURED, Severity.REFUSAL, {"group": group.name})
    for period, side in (("baseline", group.baseline), ("reporting", group.reporting)):
        yield from _judge_side(group, period, side, aim)
    if _light_share(group) < 1:
        after = group.reporting.illuminance_lx or math.nan
        data: dict[str, str | float | int] = {"group": group.name, "illuminance_lx": after}
        data["share"] = round(_light_share(group), 4)
        yield Finding(FindingCode.ILLUMINANCE_FELL, Severity.WARNING, data)


def _judge_lamps(groups: Sequence[UsageGroup], results: Sequence[GroupSaving]) -> Iterator[Finding]:
    failed = sum(group.failed_points for group in groups)
    if failed:
        share = round(failed / sum(group.points for group in groups), 4)
        energy = round(sum(each.failed_kwh for each in results), 3)
        yield Finding(FindingCode.LAMP_FAILURES, Severity.WARNING, {"failed_share": share, "energy_kwh": energy})


def _judge_side(group: UsageGroup, period: str, side: Side, aim: Aim) -> Iterator[Finding]:
    for name, amount in (("power_w", side.power_w), ("hours_h_per_day", side.hours_h_per_day)):
        data: dict[str, str | float | int] = {"group": group.name, "period": period, "quantity": name}
        if not amount.measured:
            yield Finding(FindingCode.STIPULATED, Severity.INFO, {**data, "source": amount.source})
            continue
        sample = Sample.of(amount.values, group.points)
        precision = sample.precision(aim.confidence)
        if precision <= aim.precision:
            continue
        needed = sample_size(group.points, aim.confidence, aim.precision, sample.cv if sample.n > 1 else 0.5)
        more = max(needed - sample.n, 1)
        yield Finding(FindingCode.SAMPLE_TOO_SMALL, Severity.WARNING, {**data, "measured": sample.n, "more": more})
