"""The demo site: which buildings there are, what is in them, and the site file that registers it all."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulators.fleet import Fleet, Installed
from simulators.heat_meter import HeatMeter
from simulators.house import Control, House
from simulators.light import Failures, Led
from teplosvet.domain.periods import Period

ZONE, LATITUDE_DEG, LONGITUDE_DEG = "Europe/Moscow", 59.94, 30.31


@dataclass(frozen=True, slots=True)
class LightPlan:
    """The stairwell light of one building, before and after.

    Attributes:
        entrances: Number of entrances.
        floors: Number of floors; every landing has one point.
        old_power_w: Power of the lamp before. [W]
        photo_relay: Whether a photo relay switched the lamps before; else they burned around the clock.
        first_windowed_floor: Lowest floor whose landing has a window, or a number above all floors.
        traffic: Passages against an ordinary house. [-]
        old_failures: How the old lamps broke.
        led_failures: How the LED points break.
        led: The luminaire of the retrofit.
    """

    entrances: int
    floors: int
    old_power_w: float
    photo_relay: bool
    first_windowed_floor: int = 99
    traffic: float = 1.0
    old_failures: Failures = field(default_factory=lambda: Failures(0.9, (1.0, 9.0)))
    led_failures: Failures = field(default_factory=lambda: Failures(0.08, (2.0, 10.0)))
    led: Led = field(default_factory=Led)


@dataclass(frozen=True, slots=True)
class HeatPlan:
    """The heat supply of one building.

    Attributes:
        house: The building and its people.
        meter: Its heat meter at the start.
        control: The measure, or None where nothing was done.
        exchanged: When the meter is replaced, or None.
        exchange_start: Energy register of the replacing meter at its start. [unit of the meter]
    """

    house: House
    meter: HeatMeter
    control: Control | None
    exchanged: datetime | None = None
    exchange_start: float = 0.0


@dataclass(frozen=True, slots=True)
class ContractPlan:
    """An energy service contract of the demo.

    Attributes:
        code: Its code.
        title: Its title.
        carrier: light or heat.
        guarantee_kwh: Guaranteed saving in the reporting period. [kWh]
        investment_rub: What the ESCO invested. [RUB]
    """

    code: str
    title: str
    carrier: str
    guarantee_kwh: float
    investment_rub: int


@dataclass(frozen=True, slots=True)
class BuildingPlan:
    """One building of the demo.

    Attributes:
        code: Its code.
        title: Its title.
        address: Its address.
        floor_area_m2: Heated floor area. [m²]
        entrances: Number of entrances.
        contract: The contract on it.
        light: Its stairwell light, if that is measured.
        heat: Its heat supply, if that is measured.
        place: Latitude and longitude. [°]
    """

    code: str
    title: str
    address: str
    floor_area_m2: float
    entrances: int
    contract: ContractPlan
    light: LightPlan | None = None
    heat: HeatPlan | None = None
    place: tuple[float, float] = (LATITUDE_DEG, LONGITUDE_DEG)

    @property
    def publisher(self) -> str:
        """The gateway in its basement."""
        return f"gw-{self.code}"

    @property
    def retrofitted(self) -> bool:
        """Whether anything was done that the contract pays for."""
        if self.contract.carrier == "light":
            return self.light is not None
        return self.heat is not None and self.heat.control is not None


def demo_buildings() -> tuple[BuildingPlan, ...]:
    """Two light, two heat, one with both, and one placebo in which nothing was done.

    The building with both has one contract, on heat, because a contract has one carrier: its light is retrofitted and
    measured too, but paid for in a second phase.
    """
    return (*_light_buildings(), *_heat_buildings(), _both(), _placebo())


def _light_buildings() -> tuple[BuildingPlan, ...]:
    return (
        BuildingPlan(
            *("svetlaya-1", "Светлая, 1", "Санкт-Петербург, Светлая ул., 1", 4100.0, 3),
            ContractPlan("esco-svetlaya-1", "Эффективный свет: Светлая, 1", "light", 2400.0, 142_000),
            light=LightPlan(3, 5, old_power_w=46.0, photo_relay=False),
            place=(59.951, 30.298),
        ),
        BuildingPlan(
            *("svetlaya-3", "Светлая, 3", "Санкт-Петербург, Светлая ул., 3", 5200.0, 2),
            ContractPlan("esco-svetlaya-3", "Эффективный свет: Светлая, 3", "light", 1800.0, 133_000),
            light=LightPlan(2, 7, old_power_w=60.0, photo_relay=True, first_windowed_floor=1, traffic=1.4),
            place=(59.952, 30.301),
        ),
    )  # fmt: skip


def _heat_buildings() -> tuple[BuildingPlan, ...]:
    return (
        BuildingPlan(
            *("teplaya-2", "Тёплая, 2", "Санкт-Петербург, Тёплая ул., 2", 6800.0, 4),
            ContractPlan("esco-teplaya-2", "Тёплый город: Тёплая, 2", "heat", 130_000.0, 2_350_000),
            heat=HeatPlan(
                House("teplaya-2", 5.2, 420.0, gains_kw=38.0, hot_water_kw=72.0, radiator_excess=1.12),
                HeatMeter("HM-204817", unit="kWh", decimals=0, start_energy=9_412_380.0, start_volume_m3=284_611.4,
                          start_hours=40_212.0, modulus=1e7),
                Control(indoor_c=21.0, night_setback_k=1.5),
            ),
            place=(59.918, 30.344),
        ),
        BuildingPlan(
            *("teplaya-4", "Тёплая, 4", "Санкт-Петербург, Тёплая ул., 4", 5100.0, 3),
            ContractPlan("esco-teplaya-4", "Тёплый город: Тёплая, 4", "heat", 80_000.0, 1_980_000),
            heat=HeatPlan(
                House("teplaya-4", 4.1, 370.0, gains_kw=31.0, hot_water_kw=58.0, radiator_excess=1.10),
                HeatMeter("HM-204911", start_energy=5214.406, start_volume_m3=171_020.55, start_hours=31_877.0),
                Control(indoor_c=21.4, night_setback_k=0.0),
                exchanged=datetime(2026, 1, 20, 11, 20, tzinfo=UTC),
                exchange_start=61.234,
            ),
            place=(59.917, 30.347),
        ),
    )  # fmt: skip


def _both() -> BuildingPlan:
    return BuildingPlan(
        *("sadovaya-7", "Садовая, 7", "Санкт-Петербург, Садовая ул., 7", 4600.0, 2),
        ContractPlan("esco-sadovaya-7", "Тёплый город: Садовая, 7", "heat", 85_000.0, 2_120_000),
        light=LightPlan(2, 6, old_power_w=46.0, photo_relay=False, first_windowed_floor=3, traffic=0.8),
        heat=HeatPlan(
            House("sadovaya-7", 3.7, 300.0, gains_kw=27.0, hot_water_kw=50.0, radiator_excess=1.15),
            HeatMeter("HM-198003", unit="MWh", start_energy=2210.118, start_volume_m3=98_113.07,
                      start_hours=21_040.0),
            Control(indoor_c=21.0, night_setback_k=2.0),
        ),
        place=(59.925, 30.313),
    )  # fmt: skip


def _placebo() -> BuildingPlan:
    return BuildingPlan(
        *("sadovaya-9", "Садовая, 9", "Санкт-Петербург, Садовая ул., 9", 4900.0, 3),
        ContractPlan("esco-sadovaya-9", "Тёплый город: Садовая, 9", "heat", 85_000.0, 1_750_000),
        heat=HeatPlan(
            House("sadovaya-9", 4.0, 340.0, gains_kw=30.0, hot_water_kw=55.0, radiator_excess=1.10),
            HeatMeter("HM-198118", start_energy=3300.902, start_volume_m3=120_411.6, start_hours=25_911.0),
            control=None,
        ),
        place=(59.926, 30.316),
    )  # fmt: skip


def site_toml(
    buildings: Sequence[BuildingPlan], fleet: Fleet, weather_device: str, baseline: Period, reporting: Period
) -> str:
    """The site file with an exact registry: every installation, serial number, start and closing register.

    Args:
        buildings: The buildings.
        fleet: What is installed in them.
        weather_device: Name of the climate device that measures their weather.
        baseline: The baseline period of every contract.
        reporting: The period that its guarantee is for.
    """
    lines = [*_table("site", name="demo", title="Демонстрация: шесть домов", zone=ZONE,
                     latitude=LATITUDE_DEG, longitude=LONGITUDE_DEG)]  # fmt: skip
    for plan in buildings:
        lines += _table(
            "[building]", code=plan.code, title=plan.title, address=plan.address, latitude=plan.place[0],
            longitude=plan.place[1], floor_area_m2=plan.floor_area_m2,
            entrances=[str(n + 1) for n in range(plan.entrances)], weather=weather_device,
        )  # fmt: skip
    lines += _table(
        "[device]", name=weather_device, **{"class": "climate"}, model="sim-weather", publisher="gw-weather"
    )
    for installations in fleet.by_device().values():
        lines += _device(installations)
    for plan in buildings:
        lines += _contract(plan, baseline, reporting)
    return "\n".join(lines)


def _device(installations: Sequence[Installed]) -> list[str]:
    last = installations[-1]
    lines = _table("[device]", name=last.device, **{"class": last.device_class.value}, model=last.model,
                   publisher=last.publisher, greatest_power_kw=last.greatest_power_kw)  # fmt: skip
    if last.modulus_kwh is not None:
        lines.insert(-1, f"modulus = {{ {last.energy.value} = {last.modulus_kwh!r} }}")
    for installed in installations:
        place: dict[str, str | int] = {"building": installed.building}
        if installed.entrance is not None and installed.floor is not None:
            place |= {"entrance": installed.entrance, "floor": installed.floor}
        lines += _table("[device.installation]", **place, serial=installed.serial)
        lines[-1:] = [
            f"from = {_time(installed.from_s)}",
            f"start_registers = {_registers(installed, installed.from_s)}",
        ]
        if installed.to_s is not None:
            lines += [f"to = {_time(installed.to_s)}", f"closing_registers = {_registers(installed, installed.to_s)}"]
        lines.append("")
    return lines


def _contract(plan: BuildingPlan, baseline: Period, reporting: Period) -> list[str]:
    contract = plan.contract
    light = contract.carrier == "light"
    lines = _table(
        "[contract]", code=contract.code, title=contract.title, building=plan.code, carrier=contract.carrier,
        method="light-option-b" if light else "change-point-daily", baseline=str(baseline), esco_share="0.8",
        customer="ТСЖ «Демо»", esco="ЭСКО «Пример»",
    )  # fmt: skip
    return [*lines[:-1], *_terms(contract, reporting), ""]


def _terms(contract: ContractPlan, reporting: Period) -> list[str]:
    """What decides the money: a five-year term, tariffs that rise with the tax of 2026, a guarantee, a cap."""
    light = contract.carrier == "light"
    amounts, per = (("6.52", "6.63", "7.12"), "kWh") if light else (("2450.10", "2490.94", "2678.30"), "Gcal")
    days = ("2025-05-01/2026-01-01", "2026-01-01/2026-10-01", "2026-10-01/2030-07-01")
    tariffs = ", ".join(
        f'{{ period = "{period}", amount = "{amount}" }}' for period, amount in zip(days, amounts, strict=True)
    )
    what = "Светильники с датчиками присутствия" if light else "Погодное регулирование"
    return [
        f'tariff = {{ amount = "{amounts[0]}", currency = "RUB", per = "{per}" }}',
        f"tariffs = [{tariffs}]",
        f'option = "{"B" if light else "C"}"',
        f'guarantee = {{ kwh = "{contract.guarantee_kwh}", period = "{reporting}" }}',
        'surplus = { rule = "shared", esco_share = "0.5" }',
        f'cap = "{contract.investment_rub * 2}.00"',
        'term = "2025-07-01/2030-07-01"',
        "payment_days = 15",
        'discount_percent = "12"',
        'region = "RU-SPE"',
        f'measures = [{{ title = "{what}", day = 2025-07-15, investment = "{contract.investment_rub}.00" }}]',
    ]


def _table(name: str, /, **values: str | float | Sequence[str]) -> list[str]:
    return [f"[{name}]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()), ""]


def _time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


def _registers(installed: Installed, at_s: float) -> str:
    values: Iterable[str] = (f"{name.value} = {value!r}" for name, value in installed.registers(at_s).items())
    return f"{{ {', '.join(values)} }}"
