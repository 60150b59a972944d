"""What every query of the dashboards has to answer over `panel_site`, worked out by hand from its rows.

`...` stands for what depends on the moment of the test. The cumulative band: half the band is 20; on the first day
120 of 210 kWh of adjusted baseline are counted and one of two days: 20 * 120 / 210 * sqrt(2) = 16.162.
"""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

D = Decimal


def moscow(day: int) -> datetime:
    """Midnight of a January day in Moscow, three hours before that of Greenwich."""
    return datetime(2026, 1, day - 1, 21, tzinfo=UTC)


AT = datetime(2026, 1, 10, 0, tzinfo=UTC)
HALF = 20 * 120 / 210 * math.sqrt(2)
SPAN = (date(2026, 1, 10), date(2026, 1, 13))
MADE = datetime(2026, 2, 1, tzinfo=UTC)

ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "fleet.total": [(30, 10, 50, 1, 1)],
    "fleet.savings": [("heat-a", "Heat A", "heat", 10, 30, 50, "proven")],
    "fleet.contracts": [
        ("heat-a", "Heat A", "House A", "heat", date(2026, 1, 13), 30, 10, 50, 0.75, 0.75, "proven"),
        ("light-b", "Light B", "House B", "light", None, None, None, None, None, None, "not stated"),
    ],
    "fleet.energy": [
        (moscow(10), "heat", 100), (moscow(10), "light", 20), (moscow(11), "heat", None), (moscow(12), "heat", 80),
    ],
    "fleet.attention": [("b", "House B", 1, 1, 0, 1, ...)],
    "fleet.health": [(2, 3, 1, 1, 0)],
    "contract.verdict": [(30, 10, 50, 0.75)],
    "contract.money": [(D("90.00"), D("72.00"), "RUB")],
    "contract.daily": [(moscow(10), 120, 90, 10), (moscow(11), 130, None, None), (moscow(12), 90, 80, 0)],
    "contract.cumulative": [
        (moscow(10), 20 - HALF, 20, 20 + HALF, 40),
        (moscow(11), None, None, None, 40),
        (moscow(12), 10, 30, 50, 40),
    ],
    "contract.fit": [(-1, 90, 92)],
    "contract.statements": [
        (*SPAN, 2, 30, 10, 50, 0.75, "gsop", MADE),
        (date(2025, 10, 1), date(2026, 1, 1), 1, 80, 60, 100, 0.9, "gsop", MADE),
    ],
    "contract.paid": [("2025-12-31", D("100.00"), D("80.00")), ("2026-01-12", D("90.00"), D("72.00"))],
    "contract.acts": [("heat-a", *SPAN, 1, "sent", datetime(2026, 2, 2, tzinfo=UTC), D("72.00"), "RUB")],
    "contract.act_states": [("sent", 1, D("72.00"))],
    "contract.findings": [("low_coverage", 2, '{"days": 1}')],
    "contract.progress": [("heat-a", "Heat A", D(1000), D("152.00"), D("0.152"))],
    "building.energy": [(moscow(10), 90, 10), (moscow(11), None, 0), (moscow(12), 80, 0)],
    "building.last_year": [(moscow(10), 100, 120), (moscow(11), None, None), (moscow(12), 80, None)],
    "building.heating_curve": [(-5, 40, 70)],
    "building.light_levels": [(moscow(10), 10, 4, 10)],
    "building.light_by_entrance": [(moscow(10), "1", 14)],
    "building.completeness": [(moscow(10), "heat-a", 1), (moscow(12), "heat-a", 0.5)],
    "building.devices": [
        ("heat-a", "heat", None, None, "H1", ..., "well"),
        ("lamp-a", "light", "1", 2, "L1", ..., "well"),
    ],
    "building.findings": [(datetime(2026, 1, 11, 5, tzinfo=UTC), "heat-a", "heat_energy_kwh", "outage", 1, "{}")],
    "building.failed_lamps": [("lamp-b", "b", "House B", None, None, ...)],
    "device.hourly": [(AT, 3, 1), (AT.replace(hour=1), None, 0)],
    "device.state": [(AT, 38, 40, 42)],
    "device.last_seen": [(..., 2)],
    "device.days": [(moscow(10), "heat-a", "partly estimated"), (moscow(12), "heat-a", "metered")],
    "device.installations": [("H1", datetime(2025, 1, 1, tzinfo=UTC), None, "{}", "{}")],
    "device.findings": [(datetime(2026, 1, 11, 5, tzinfo=UTC), "heat_energy_kwh", "outage", 1, "{}")],
    "device.newest": [
        ("lamp-b", "House B", "light", "L2", datetime(2025, 3, 1, tzinfo=UTC), ..., "silent"),
        ("lamp-a", "House A", "light", "L1", datetime(2025, 2, 1, tzinfo=UTC), ..., "heard"),
        ("heat-a", "House A", "heat", "H1", datetime(2025, 1, 1, tzinfo=UTC), ..., "heard"),
    ],
    "quality.reasons": [("unknown_device", 300)],
    "quality.quarantine": [(..., "x", "ghost", "unknown_device", "nobody knows it", 300)],
    "quality.estimated": [
        (moscow(10), "heat", 0.1), (moscow(10), "light", 0.25), (moscow(11), "heat", None), (moscow(12), "heat", 0),
    ],
    "quality.coverage": [("a", "House A", "heat", 0.5, 1)],
    "quality.findings": [("outage", 1)],
    "platform.lag": [("heat", 2, 1), ("light", 1, 1)],
    "platform.newest": [(..., 2, 1)],
    "platform.publishers": [("gw-a", "online", AT)],
    "platform.backlog": [(1,)],
    "platform.runs": [(*SPAN, MADE, MADE.replace(minute=5), 1, 0, 0)],
    "variables.carrier": [("heat", "heat"), ("light", "light")],
    "variables.building": [("a", "House A"), ("b", "House B")],
    "variables.kind": [("heat", "heat")],
    "variables.entrance": [("1", "1")],
    "variables.device": [("heat-a", "heat-a"), ("lamp-a", "lamp-a")],
    "variables.quantity": [("return_temperature_c", "return_temperature_c")],
    "variables.contract": [("heat-a", "Heat A"), ("light-b", "Light B")],
    "alerts.silent": [("b", 1)],
    "alerts.failed_lamps": [("b", 1)],
    "alerts.meter_fault": [],
    "alerts.calibration": [("heat-a", 5)],
    "alerts.completeness": [("a", "heat", 0.4)],
    "alerts.ingest": [(...,)],
    "alerts.quarantine": [("unknown_device", 300)],
    "alerts.fading": [("heat-a", 80 / 400 - 30 / 210)],
}  # fmt: skip
