"""A settled period with late data, a meter exchange and a 20-day outage: versions, their difference, the rules."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from psycopg.types.range import DateRange

from analytics.evidence.bundle_file import write_bundle
from analytics.evidence.change_words import change_lines
from analytics.evidence.commands import verdict_of
from analytics.evidence.gather import load_bundle, versions_of
from analytics.rollup.job import roll_up
from analytics.statement import Statement
from analytics.verification import verify_contract
from teplosvet.domain.contract_terms import Terms
from teplosvet.domain.fill_terms import FillRules, FillTerms
from teplosvet.domain.periods import Period
from teplosvet.domain.quantities import DeviceClass
from teplosvet.storage.contract_terms import load_terms, put_terms
from tests.integration.rollup_site import House, house

BASELINE = Period.parse("2024-10-01/2025-01-01")
REPORTING = Period.parse("2025-01-01/2025-03-01")
SINCE = datetime(2024, 9, 27, tzinfo=UTC)
HOURS = 24 * 160
EXCHANGED = datetime(2025, 1, 8, 9, tzinfo=UTC)
SILENT = (datetime(2025, 1, 11, 21, tzinfo=UTC), datetime(2025, 1, 31, 21, tzinfo=UTC))
"""Twenty local days, 12 to 31 January."""
FILL = FillTerms(FillRules.PP1034, Decimal(9), Decimal(-24))
AT = [SINCE + timedelta(hours=n) for n in range(HOURS)]
REGISTER = "heat_energy_kwh"


PAGE = (Path(__file__).parents[2] / "docs/methods/fill-rules.md").read_text("utf-8")


class Meter:
    """A heat meter that is exchanged, falls silent for twenty days, and has its readings in an archive."""

    def __init__(self, site: House) -> None:
        self.site = site
        building = site.building("lenina-1")
        site.connection.execute("UPDATE building SET weather = 'sky', latitude = 59.94")
        outdoor = -3.0 + 6.0 * np.sin(np.arange(HOURS) / 90.0)
        site.read(site.device("sky", None, DeviceClass.CLIMATE), AT, DeviceClass.CLIMATE, outdoor_temperature_c=outdoor)
        used = np.where(np.array(AT) < datetime(2025, 1, 1, tzinfo=UTC), 1.0, 0.7)
        self.power = used * 0.3 * (20.0 - outdoor) * (1.0 + 0.05 * np.cos(np.arange(HOURS) * 1.7))
        register = np.round(np.cumsum(self.power), 3) + 100.0
        self.device = site.device("meter", None)
        self.place = AT.index(EXCHANGED)
        stood = float(register[self.place - 1])
        site.install(self.device, building, SINCE, EXCHANGED, "11", closing={REGISTER: stood})
        site.install(self.device, building, EXCHANGED, None, "12", start={REGISTER: 0})
        register[self.place :] -= stood
        self.register = register
        self.hear([n for n in range(HOURS) if not SILENT[0] < AT[n] < SILENT[1]])
        site.connection.execute(
            "INSERT INTO contract (code, title, building_id, carrier, method, baseline, tariff_amount,"
            " tariff_currency, tariff_per, esco_share)"
            " VALUES ('c', 'C', %s, 'heat', 'change-point-daily', %s, 5.5, 'RUB', 'kWh', 0.8)",
            (building, DateRange(BASELINE.start, BASELINE.end)),
        )

    def hear(self, hours: Sequence[int]) -> None:
        """Readings of these hours come in."""
        for serial, part in (
            ("11", [n for n in hours if n < self.place]),
            ("12", [n for n in hours if n >= self.place]),
        ):
            values = {REGISTER: self.register[part]}
            self.site.read(self.device, [AT[n] for n in part], DeviceClass.HEAT, serial, **values)
        roll_up(self.site.connection)

    def true_kwh(self, day: str) -> float:
        first = AT.index(datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=3))
        return float(self.power[first + 1 : first + 25].sum())


@pytest.fixture
def meter(database: str) -> Iterator[Meter]:
    with house(database) as site:
        yield Meter(site)


def ask(meter: Meter, fill: FillTerms | None) -> None:
    with meter.site.connection.cursor() as cursor:
        put_terms(cursor, "c", Terms(fill=fill))


def verified(meter: Meter) -> Statement:
    return verify_contract(meter.site.connection, "c", REPORTING)


def test_terms_come_back_as_they_were_put(meter: Meter) -> None:
    wanted = FillTerms(FillRules.PP1034, Decimal("116.3"), Decimal(-24), Decimal(20), Decimal("2.5"), Decimal(-20))
    ask(meter, wanted)
    assert load_terms(meter.site.connection, "c").fill == wanted
    with meter.site.connection.cursor() as cursor:
        assert not put_terms(cursor, "c", Terms(fill=wanted))


def test_a_settled_period_with_late_data_an_exchange_and_an_outage(meter: Meter, tmp_path: Path) -> None:
    site = meter.site
    ask(meter, FILL)
    first = verified(meter)
    assert first.filled is not None
    assert {line.rule.value: line.days for line in first.filled.lines} == {"contract_load": 20}
    assert first.used_days == 39
    assert first.settlement is not None
    assert first.settlement.payable > 0

    early = AT.index(datetime(2025, 1, 24, 21, tzinfo=UTC))
    until = AT.index(SILENT[1])
    meter.hear(range(early, until + 1))  # the archive of the last week comes in late
    second = verified(meter)
    assert second.filled is not None
    assert {line.rule.value: line.days for line in second.filled.lines} == {"mean_of_normal_days": 13}
    assert second.used_days == 46
    late = [row for row in second.reporting_days if str(row.day) >= "2025-01-25" and str(row.day) <= "2025-01-31"]
    assert all(row.used and row.filled_kwh is None for row in late)
    assert late[0].metered_kwh == pytest.approx(meter.true_kwh("2025-01-25"), rel=0.01)

    before, after = versions_of(site.connection, "c", REPORTING)
    assert (before.version, after.version) == (1, 2)
    assert before.changes is None
    said = list(change_lines(2, after.changes))
    assert "metered on 20 days" in said[0]  # seven come in; the estimate of the thirteen others moves
    assert "filled by rule" in said[0]
    assert "readings came in or were corrected" in said[0]
    assert said[0] in PAGE

    path = tmp_path / "bundle.zip"
    write_bundle(path, load_bundle(site.connection, "c", REPORTING))
    verdict = verdict_of(path)
    assert verdict.verdict == "equal"


def test_filled_energy_beside_the_truth(meter: Meter) -> None:
    """The saved house needs 9.2 kW at -24 °C, the load is 9 kW: the rule comes near to the truth."""
    ask(meter, FILL)
    found = verified(meter)
    truth = sum(meter.true_kwh(str(row.day)) for row in found.reporting_days if row.fill_rule is not None)
    assert found.filled is not None
    assert found.filled.filled_kwh == pytest.approx(truth, rel=0.05)


def test_without_the_rule_the_days_stay_out_as_before(meter: Meter) -> None:
    plain = verified(meter)
    ask(meter, FILL)
    filled = verified(meter)
    assert plain.filled is None
    assert plain.used_days == filled.used_days
    assert plain.bands == filled.bands
    assert plain.metered_kwh == filled.metered_kwh
