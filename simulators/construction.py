"""Puts the instruments of planned buildings on simulated light and heat."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Floats, Ints, autoregressive, stream
from simulators.faults import FaultPlan
from simulators.fleet import Fleet, Installed, Usage, chained
from simulators.heat_meter import HeatMeter
from simulators.house import HeatTrack, boundary, simulate
from simulators.intervals import Intervals
from simulators.light import LedTrack, LightTrack, OldLampTrack, led_track, old_lamp_track
from simulators.light_point import LampMeter
from simulators.occupancy import Passages
from simulators.site import BuildingPlan, HeatPlan, LightPlan
from simulators.sun import dark_intervals
from simulators.weather import outdoor_temperature_c
from teplosvet.domain.quantities import DeviceClass, Quantity


def build_fleet(
    seed: int,
    buildings: Sequence[BuildingPlan],
    hours: Ints,
    retrofit_s: float,
    seasons_s: Sequence[tuple[float, float]],
    faults: FaultPlan,
) -> Fleet:
    """Simulate all buildings over consecutive hours and install their instruments.

    A longer span of hours starts with the same values, so the live part continues the history.

    Args:
        seed: Everything random follows from it.
        buildings: What to simulate.
        hours: Consecutive hours since 1970-01-01T00:00Z. [h]
        retrofit_s: When the measures were installed, Unix time. [s]
        seasons_s: The seasons in which drivers of light points may be exchanged. [s]
        faults: How often they are.
    """
    outdoor_c = outdoor_temperature_c(seed, hours)
    installed: list[Installed] = []
    usage: dict[tuple[str, str], Usage] = {}
    for plan in buildings:
        if plan.light is not None:
            points, usage[plan.code, "light"] = _light(seed, plan, plan.light, hours, retrofit_s, seasons_s, faults)
            installed += points
        if plan.heat is not None:
            around = boundary(plan.heat.house, seed, hours, outdoor_c)
            without = simulate(plan.heat.house, around, None)
            track = simulate(plan.heat.house, around, plan.heat.control, int(retrofit_s // SECONDS_PER_HOUR))
            installed += _heat(plan, plan.heat, track)
            usage[plan.code, "heat"] = Usage(track.energy_kwh, without.energy_kwh)
    return Fleet(hours, outdoor_c, tuple(installed), usage)


def _heat(plan: BuildingPlan, heat: HeatPlan, track: HeatTrack) -> tuple[Installed, ...]:
    start_s = float(track.edges_s[0])
    meters = [_heat_meter(plan, heat, track, heat.meter, start_s)]
    if heat.exchanged is not None and heat.exchanged.timestamp() < track.edges_s[-1]:
        follower = heat.meter.successor(f"{heat.meter.serial}-B", heat.exchange_start)
        meters.append(_heat_meter(plan, heat, track, follower, heat.exchanged.timestamp()))
    return chained(meters)


def _heat_meter(plan: BuildingPlan, heat: HeatPlan, track: HeatTrack, meter: HeatMeter, from_s: float) -> Installed:
    device = f"{plan.code}-heat"
    return Installed(
        device=device,
        building=plan.code,
        publisher=plan.publisher,
        device_class=DeviceClass.HEAT,
        model=meter.model,
        serial=meter.serial,
        from_s=from_s,
        to_s=None,
        greatest_power_kw=float(round(1.6 * heat.house.design_power_kw + 3 * heat.house.hot_water_kw)),
        modulus_kwh=meter.modulus_kwh,
        registers=partial(_heat_registers, meter, track, from_s),
        reader=partial(meter.read, device, track, from_s),
    )


def _heat_registers(meter: HeatMeter, track: HeatTrack, from_s: float, at_s: float) -> Mapping[Quantity, float]:
    return {
        Quantity.HEAT_ENERGY_KWH: round(float(meter.energy_register_kwh(track, from_s, np.array([at_s]))[0]), 6),
        Quantity.HEAT_VOLUME_M3: float(meter.volume_register_m3(track, from_s, np.array([at_s]))[0]),
    }


def _light(
    seed: int,
    plan: BuildingPlan,
    light: LightPlan,
    hours: Ints,
    retrofit_s: float,
    seasons_s: Sequence[tuple[float, float]],
    faults: FaultPlan,
) -> tuple[list[Installed], Usage]:
    landings = _Landings(seed, plan, light, hours)
    old_tracks: list[OldLampTrack] = []
    led_tracks: list[LedTrack] = []
    installed: list[Installed] = []
    for entrance in range(1, light.entrances + 1):
        for floor in range(1, light.floors + 1):
            device = f"{plan.code}-e{entrance}-f{floor}"
            old, led = landings.old(device), landings.led(device, floor)
            old_tracks.append(old)
            led_tracks.append(led)
            number = 100 * entrance + floor
            former = LampMeter(f"LM-{plan.code}-{number}", "sim-lamp-meter", start_energy=40.0 + 3.217 * number)
            driver = LampMeter(f"LED-{plan.code}-{number}", "sim-led", unit="Wh", decimals=0)
            place = partial(_lamp, plan, light, device, (str(entrance), floor))
            life = [place(former, old, landings.start_s), place(driver, led, retrofit_s)]
            for moment_s in _exchanges(seed, device, seasons_s, retrofit_s, faults):
                follower = LampMeter(f"{driver.serial}-{int(moment_s // 86400)}", "sim-led", unit="Wh", decimals=0)
                life.append(place(follower, led, moment_s))
            installed += chained([one for one in life if one.from_s < float(hours[-1] + 1) * SECONDS_PER_HOUR])
    return installed, _light_usage(old_tracks, led_tracks, retrofit_s)


def _light_usage(old: Sequence[OldLampTrack], led: Sequence[LedTrack], retrofit_s: float) -> Usage:
    before = partial(_summed, old)
    after = partial(_summed, led)

    def used(times_s: Floats) -> Floats:
        at_retrofit_s = np.full_like(times_s, retrofit_s)
        late = after(np.maximum(times_s, at_retrofit_s)) - after(at_retrofit_s)
        return before(np.minimum(times_s, at_retrofit_s)) + late

    return Usage(used, before)


def _summed(tracks: Sequence[LightTrack], times_s: Floats) -> Floats:
    total = np.zeros_like(times_s)
    for track in tracks:
        total += track.energy_kwh(times_s)
    return total


class _Landings:
    """What the landings of one building have in common: darkness, the old circuit's supply and its voltage."""

    def __init__(self, seed: int, plan: BuildingPlan, light: LightPlan, hours: Ints) -> None:
        self.seed, self.light, self.hours = seed, light, hours
        self.start_s, self.end_s = float(hours[0]) * SECONDS_PER_HOUR, float(hours[-1] + 1) * SECONDS_PER_HOUR
        self.always = Intervals.of(self.start_s, self.end_s)
        self.dark = dark_intervals(seed, self.start_s, self.end_s, *plan.place)
        noise = stream(seed, plan.code, "voltage").standard_normal(hours.size)
        self.voltage_factor = 1.0 + 0.015 * autoregressive(noise, 12.0)

    def old(self, device: str) -> OldLampTrack:
        broken = self.light.old_failures.intervals(self.seed, f"{device}/old", self.start_s, self.end_s)
        supplied = self.dark if self.light.photo_relay else self.always
        return old_lamp_track(supplied, broken, self.hours, self.light.old_power_w, self.voltage_factor)

    def led(self, device: str, floor: int) -> LedTrack:
        people = Passages(self.light.traffic * (2.2 if floor == 1 else 1.3 - 0.1 * floor))
        broken = self.light.led_failures.intervals(self.seed, f"{device}/led", self.start_s, self.end_s)
        dark = self.dark if floor >= self.light.first_windowed_floor else self.always
        arrivals_s = people.arrivals_s(self.seed, device, self.hours)
        return led_track(self.light.led, dark, arrivals_s, broken, self.start_s)


def _lamp(
    plan: BuildingPlan,
    light: LightPlan,
    device: str,
    place: tuple[str, int],
    meter: LampMeter,
    track: LightTrack,
    from_s: float,
) -> Installed:
    return Installed(
        device=device,
        building=plan.code,
        publisher=plan.publisher,
        device_class=DeviceClass.LIGHT,
        model=meter.model,
        serial=meter.serial,
        from_s=from_s,
        to_s=None,
        greatest_power_kw=round(2 * light.old_power_w / 1000, 3),
        modulus_kwh=meter.modulus_kwh,
        registers=partial(_lamp_registers, meter, track, from_s),
        reader=partial(meter.read, device, track, from_s),
        entrance=place[0],
        floor=place[1],
    )


def _lamp_registers(meter: LampMeter, track: LightTrack, from_s: float, at_s: float) -> Mapping[Quantity, float]:
    times_s = np.array([at_s])
    return {
        Quantity.LIGHT_ENERGY_KWH: round(float(meter.energy_register_kwh(track, from_s, times_s)[0]), 6),
        Quantity.LAMP_ON_TIME_H: float(meter.on_time_register_h(track, from_s, times_s)[0]),
    }


def _exchanges(
    seed: int, device: str, seasons_s: Sequence[tuple[float, float]], retrofit_s: float, faults: FaultPlan
) -> list[float]:
    random = stream(seed, device, "exchange")
    moments = []
    for start_s, end_s in seasons_s:
        happens, at_s = random.random() < faults.exchanged, random.uniform(start_s + 9e5, end_s - 9e5)
        if happens and start_s > retrofit_s:
            moments.append((float(at_s // SECONDS_PER_HOUR) + 0.5) * SECONDS_PER_HOUR)
    return moments
