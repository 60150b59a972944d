"""The findings of a chain: what a reader of the consumption has to know."""

from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.consumption.chain import Chain, Link
from analytics.consumption.clock import ClockStep, clock_steps
from analytics.consumption.rules import HOUR_US, MAX_METERED_INTERVAL_US
from analytics.consumption.series import Ordered, RegisterSeries
from analytics.consumption.span import Kind
from teplosvet.domain.findings import Finding, FindingCode, Severity

OUTAGE_FACTOR = 4
"""A gap is an outage if it is so many times the usual interval, and longer than `MAX_METERED_INTERVAL_US`. [-]"""

_CODES = {
    Kind.ROLLOVER: (FindingCode.REGISTER_ROLLOVER, Severity.INFO),
    Kind.ROLLOVER_INFERRED: (FindingCode.REGISTER_ROLLOVER, Severity.WARNING),
    Kind.DECIMAL_CHANGE: (FindingCode.REGISTER_DECIMAL_CHANGE, Severity.WARNING),
    Kind.EXCHANGE: (FindingCode.METER_EXCHANGE, Severity.INFO),
    Kind.SERIAL_CHANGE: (FindingCode.METER_EXCHANGE, Severity.WARNING),
    Kind.RESET: (FindingCode.REGISTER_RESET, Severity.WARNING),
    Kind.DECREASE: (FindingCode.REGISTER_DECREASE, Severity.WARNING),
    Kind.JUMP: (FindingCode.REGISTER_JUMP, Severity.WARNING),
}


def iso(at_us: int) -> str:
    """An instant as people read it in findings: ISO 8601, UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).isoformat()


def findings_of(series: RegisterSeries, readings: Ordered, chain: Chain) -> tuple[Finding, ...]:
    """Everything that was found on the way, by time."""
    found = [(link.before, _link(link, readings)) for link in chain.links]
    steps = clock_steps(series, readings, chain)
    found += [(step.reading, _clock_step(step)) for step in steps]
    if len(chain.accepted) < len(readings):
        found += _dropped(readings, chain, steps)
    found += _outages(readings, chain)
    return tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0]))


def _link(link: Link, readings: Ordered) -> Finding:
    code, severity = _CODES[link.way.kind]
    data: dict[str, str | float | int] = {
        "from": iso(int(readings.at_us[link.before])),
        "to": iso(int(readings.at_us[link.after])),
        "register_before": float(readings.register[link.before]),
        "register_after": float(readings.register[link.after]),
    }
    if link.way.modulus:
        data["modulus"] = link.way.modulus
    if link.way.kind is Kind.DECIMAL_CHANGE:
        data["decimal_exponent"] = link.way.state.shift - link.shift_before
    if link.exchange is not None:
        data["stated"] = iso(link.exchange.at_us)
        if not link.way.consistent:
            data["note"] = "the stated registers do not fit the readings"
            severity = Severity.WARNING
    return Finding(code, severity, data)


def _dropped(readings: Ordered, chain: Chain, steps: list[ClockStep]) -> list[tuple[int, Finding]]:
    """Runs of readings that left the trend.

    Those at the end of the series are still pending, and no finding; those in an hour that a clock went through twice
    are the clock's.
    """
    inside = np.ones(len(readings), dtype=np.bool_)
    inside[chain.accepted] = False
    inside[chain.accepted[-1] :] = False
    for step in steps:
        inside &= (readings.at_us < step.to_us) | (readings.at_us > step.from_us)
    dropped = np.flatnonzero(inside)
    runs = np.split(dropped, np.flatnonzero(np.diff(dropped) > 1) + 1) if len(dropped) else []
    return [
        (
            int(run[0]),
            Finding(
                FindingCode.REGISTER_GLITCH,
                Severity.WARNING,
                {
                    "from": iso(int(readings.at_us[run[0]])),
                    "to": iso(int(readings.at_us[run[-1]])),
                    "readings": len(run),
                    "register": float(readings.register[run[0]]),
                },
            ),
        )
        for run in runs
    ]


def _clock_step(step: ClockStep) -> Finding:
    data: dict[str, str | float | int] = {
        "from": iso(step.from_us),
        "to": iso(step.to_us),
        "hours": (step.to_us - step.from_us) / HOUR_US,
    }
    return Finding(FindingCode.REGISTER_CLOCK_STEP, Severity.WARNING, data)


def _outages(readings: Ordered, chain: Chain) -> list[tuple[int, Finding]]:
    at = readings.at_us[chain.accepted]
    duration = np.diff(at)
    if not len(duration) or int(duration.max()) <= MAX_METERED_INTERVAL_US:
        return []
    long = duration > max(MAX_METERED_INTERVAL_US, OUTAGE_FACTOR * float(np.median(duration)))
    return [
        (
            int(chain.accepted[i]),
            Finding(
                FindingCode.OUTAGE,
                Severity.INFO,
                {"from": iso(int(at[i])), "to": iso(int(at[i + 1])), "hours": float(duration[i]) / HOUR_US},
            ),
        )
        for i in np.flatnonzero(long)
    ]
