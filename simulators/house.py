"""An apartment house on district heat, hour by hour: what it draws with an elevator unit, and automated.

The network's supply temperature follows the 150/70 graph with a lower cut (hot water must be made) and an upper one. An
old elevator unit mixes it down by a fixed ratio to the 95/70 of the radiators, whatever the house needs: above the cut
the house is overheated and people open windows. The automated substation holds the radiators on the house's own curve,
and lower at night.
"""

from dataclasses import dataclass

import numpy as np

from simulators.arrays import SECONDS_PER_HOUR, Flags, Floats, Ints, autoregressive, stream

KW_PER_T_K_H = 1.163
"""Heat that a flow of 1 t/h carries per kelvin, c = 4.187 kJ/(kg·K). [kW·h/(t·K)]"""

INDOOR_C, DESIGN_OUTDOOR_C = 20.0, -24.0
"""Design indoor temperature, and design outdoor temperature of St Petersburg (SP 131.13330). [°C]"""
_SUPPLY_C, _MIXED_C, _RETURN_C = 150.0, 95.0, 70.0
_RADIATOR_K = (_MIXED_C + _RETURN_C) / 2 - INDOOR_C
_RADIATOR_EXPONENT = 1.25
_HOT_WATER_RETURN_C = 35.0
_FIRST_HEATING_MONTH, _LAST_HEATING_MONTH = 10, 4
_WINDOW_C = 23.0

_HOT_WATER_BY_HOUR = (
    *(0.30, 0.20, 0.15, 0.15, 0.25, 0.60, 1.30, 1.70, 1.50, 1.20, 1.05, 1.00),
    *(1.00, 1.00, 0.95, 0.95, 1.05, 1.25, 1.55, 1.75, 1.80, 1.65, 1.15, 0.50),
)


@dataclass(frozen=True, slots=True)
class House:
    """The building and its people.

    Attributes:
        name: Name that its noise is drawn for.
        heat_loss_kw_per_k: Transmission and ventilation loss. [kW/K]
        heat_capacity_kwh_per_k: Heat stored in the mass, air and furniture. [kWh/K]
        gains_kw: Mean heat from people, cooking and appliances. [kW]
        hot_water_kw: Mean power of the hot water and its circulation. [kW]
        radiator_excess: How much larger the radiators are than designed. [-]
        utc_offset_h: Local time minus UTC. [h]
    """

    name: str
    heat_loss_kw_per_k: float
    heat_capacity_kwh_per_k: float
    gains_kw: float
    hot_water_kw: float
    radiator_excess: float = 1.1
    utc_offset_h: int = 3

    @property
    def design_power_kw(self) -> float:
        """Heating power at the design outdoor temperature. [kW]"""
        return self.heat_loss_kw_per_k * (INDOOR_C - DESIGN_OUTDOOR_C)


@dataclass(frozen=True, slots=True)
class Control:
    """The measure: weather compensation in an automated substation.

    Attributes:
        indoor_c: Indoor temperature that its curve is set for. [°C]
        night_setback_k: How much lower it aims from 23 to 5 o'clock. [K]
    """

    indoor_c: float = 21.0
    night_setback_k: float = 1.5


@dataclass(frozen=True, slots=True)
class Boundary:
    """What acts on a house and is the same with and without the measure.

    Attributes:
        hours: Consecutive hours since 1970-01-01T00:00Z. [h]
        outdoor_c: Outdoor temperature. [°C]
        supply_c: Temperature that the network delivers. [°C]
        gains_kw: Heat from people, appliances and the sun. [kW]
        wind_factor: Heat loss against its mean. [-]
        hot_water_kw: Power of the hot water. [kW]
    """

    hours: Ints
    outdoor_c: Floats
    supply_c: Floats
    gains_kw: Floats
    wind_factor: Floats
    hot_water_kw: Floats


@dataclass(frozen=True, slots=True)
class HeatTrack:
    """What the house drew in each hour, as seen by a meter at its inlet.

    Attributes:
        hours: Consecutive hours since 1970-01-01T00:00Z; every value is the mean of the hour that starts then. [h]
        power_kw: Heat power. [kW]
        flow_t_h: Flow from the network; 1 t is taken as 1 m³. [t/h]
        supply_c: Temperature in. [°C]
        return_c: Temperature out, such that power = 1.163 · flow · (supply - return). [°C]
        indoor_c: Mean temperature of the flats. [°C]
    """

    hours: Ints
    power_kw: Floats
    flow_t_h: Floats
    supply_c: Floats
    return_c: Floats
    indoor_c: Floats

    @property
    def edges_s(self) -> Floats:
        """Unix times between the hours, one more than there are hours. [s]"""
        edges: Floats = np.append(self.hours, self.hours[-1] + 1) * float(SECONDS_PER_HOUR)
        return edges

    def total(self, hourly: Floats, times_s: Floats) -> Floats:
        """An hourly rate summed up from the start of the track to each time. [rate·h]"""
        total: Floats = np.interp(times_s, self.edges_s, np.concatenate([[0.0], np.cumsum(hourly)]))
        return total

    def energy_kwh(self, times_s: Floats) -> Floats:
        """Heat drawn from the start of the track to each time. [kWh]"""
        return self.total(self.power_kw, times_s)

    def hour_before(self, times_s: Floats) -> Ints:
        """Index of the hour that ends at or holds each time: what a meter shows as its present state. [-]"""
        index = np.ceil(times_s / SECONDS_PER_HOUR).astype(np.int64) - 1 - self.hours[0]
        inside: Ints = np.clip(index, 0, self.hours.size - 1)
        return inside


def network_supply_c(outdoor_c: Floats, low_cut_c: float = 70.0, high_cut_c: float = 130.0) -> Floats:
    """Supply temperature of the 150/70 graph with its cuts. [°C]

    ``t1 = t_in + Δt·q^0.8 + (δτ - θ/2)·q`` with the relative load ``q = (t_in - t_out)/(t_in - t_design)`` [1].

    Args:
        outdoor_c: Outdoor temperature that the heat plant works with. [°C]
        low_cut_c: Least supply temperature, for hot water. [°C]
        high_cut_c: Greatest supply temperature. [°C]

    References:
        [1] E. Ya. Sokolov, "District heating and heat networks", 7th ed., chapter 4 (quality regulation), Moscow, 2001.
    """
    load = np.clip((INDOOR_C - outdoor_c) / (INDOOR_C - DESIGN_OUTDOOR_C), 0.0, None)
    mixed_drop = _MIXED_C - _RETURN_C
    supply = INDOOR_C + _RADIATOR_K * load**0.8 + (_SUPPLY_C - _RETURN_C - mixed_drop / 2) * load
    cut: Floats = np.clip(supply, low_cut_c, high_cut_c)
    return cut


def boundary(house: House, seed: int, hours: Ints, outdoor_c: Floats) -> Boundary:
    """Network, people, sun and wind for one house over consecutive hours; a longer span starts with the same values.

    Args:
        house: The building.
        seed: Which people and which network.
        hours: Consecutive hours since 1970-01-01T00:00Z. [h]
        outdoor_c: Outdoor temperature. [°C]
    """

    def noise(name: str, time_constant_h: float) -> Floats:
        return autoregressive(stream(seed, house.name, name).standard_normal(hours.size), time_constant_h)

    plant_c = _low_pass(outdoor_c, 10.0)
    supply = network_supply_c(plant_c) + 2.8 * noise("network", 20.0)
    local = hours + house.utc_offset_h
    season = np.cos(2 * np.pi * (local / 24 / 365.2425 - 0.47))  # greatest at midsummer
    sun = np.clip(np.cos(2 * np.pi * (local % 24 - 13) / 24), 0.0, None) * (0.55 + 0.5 * season)
    gains = house.gains_kw * (0.85 + 0.1 * noise("people", 6.0) + sun * (1.0 + 0.4 * noise("clouds", 20.0)))
    wind = 1.0 + 0.05 * noise("wind", 18.0)
    weekend = (local // 24 + 3) % 7 >= 5
    hot_water = house.hot_water_kw * np.array(_HOT_WATER_BY_HOUR)[local % 24] * np.where(weekend, 1.08, 0.97)
    hot_water *= np.exp(0.12 * noise("taps", 2.0) + 0.05 * noise("tenants", 60.0))
    return Boundary(hours, outdoor_c, supply, gains, wind, hot_water)


def simulate(house: House, around: Boundary, control: Control | None, control_from_hour: int = 0) -> HeatTrack:
    """Run the house through its hours. [HeatTrack]

    First-order thermal balance of the mass, ``C·dT/dt = Q + gains - loss·(T - t_out)``, with radiators of exponent 1.25
    and with windows that open above 23 °C.

    Args:
        house: The building.
        around: What acts on it.
        control: The measure, or None for the elevator unit.
        control_from_hour: Hour since 1970-01-01T00:00Z from which the measure works. [h]
    """
    radiators = _Radiators(house)
    indoor, back = 21.0, 45.0
    heating, indoors = np.empty(around.hours.size), np.empty(around.hours.size)
    heated = _heating_season(around.hours + house.utc_offset_h)
    columns = (around.hours, around.outdoor_c, around.supply_c, around.gains_kw, around.wind_factor, heated)
    for i, (hour, outdoor, supply, gains, wind, on) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        power = 0.0
        if on and control is not None and hour >= control_from_hour:
            aim = control.indoor_c - control.night_setback_k * ((hour + house.utc_offset_h) % 24 in _NIGHT)
            power, back = radiators.compensated(aim, outdoor, indoor, supply, back)
        elif on:
            power, back = radiators.elevator(supply, indoor, back)
        opened = 0.35 * (indoor - _WINDOW_C) if indoor > _WINDOW_C else 0.0
        loss = house.heat_loss_kw_per_k * (wind + opened) * (indoor - outdoor)
        indoor += (power + gains - loss) / house.heat_capacity_kwh_per_k
        heating[i], indoors[i] = power, indoor
    compensated = np.zeros(around.hours.size, dtype=np.bool_) if control is None else around.hours >= control_from_hour
    return _metered(radiators, around, heating, indoors, compensated, heated)


_NIGHT = frozenset({23, 0, 1, 2, 3, 4})


class _Radiators:
    """The heating circuit of a house: its flows, and the heat that leaves it."""

    def __init__(self, house: House) -> None:
        self.excess_kw = house.design_power_kw * house.radiator_excess
        self.loss_kw_per_k, self.gains_kw = house.heat_loss_kw_per_k, house.gains_kw
        self.network_flow_t_h = house.design_power_kw / (KW_PER_T_K_H * (_SUPPLY_C - _RETURN_C))
        self.mixing = (_SUPPLY_C - _MIXED_C) / (_MIXED_C - _RETURN_C)
        self.circuit_flow_t_h = self.network_flow_t_h * (1 + self.mixing)

    def elevator(self, supply_c: float, indoor_c: float, back_c: float) -> tuple[float, float]:
        """Power and return temperature with the fixed mixing ratio of the elevator. [kW, °C]"""
        return self._emitted(supply_c, self.mixing, self.network_flow_t_h, indoor_c, back_c)

    def compensated(
        self, aim_c: float, outdoor_c: float, indoor_c: float, supply_c: float, back_c: float
    ) -> tuple[float, float]:
        """Power and return temperature with the radiators on the house's own curve. [kW, °C]"""
        need_kw = self.loss_kw_per_k * (aim_c - outdoor_c) - self.gains_kw
        if need_kw <= 0.0:
            return 0.0, back_c
        mean_c = aim_c + _RADIATOR_K * (need_kw / self.excess_kw) ** (1 / _RADIATOR_EXPONENT)
        mixed_c = min(mean_c + need_kw / (2 * KW_PER_T_K_H * self.circuit_flow_t_h), supply_c)
        return self._emitted(mixed_c, 0.0, self.circuit_flow_t_h, indoor_c, back_c)

    def _emitted(
        self, supply_c: float, mixing: float, flow_t_h: float, indoor_c: float, back_c: float
    ) -> tuple[float, float]:
        """Solve water side = room side for the return temperature, by Newton from the last one."""
        capacity = KW_PER_T_K_H * flow_t_h
        for _ in range(3):
            mean_c = ((supply_c + mixing * back_c) / (1 + mixing) + back_c) / 2
            ratio = max(mean_c - indoor_c, 0.1) / _RADIATOR_K
            room_kw = self.excess_kw * ratio**_RADIATOR_EXPONENT
            slope = room_kw * _RADIATOR_EXPONENT / (ratio * _RADIATOR_K) * (mixing / (1 + mixing) + 1) / 2
            back_c += (capacity * (supply_c - back_c) - room_kw) / (capacity + slope)
        return capacity * (supply_c - back_c), back_c


def _metered(
    radiators: _Radiators, around: Boundary, heating_kw: Floats, indoor_c: Floats, compensated: Flags, heated: Flags
) -> HeatTrack:
    """Put heating and hot water together as the meter at the inlet sees them."""
    supply = around.supply_c
    hot_water_flow = around.hot_water_kw / (KW_PER_T_K_H * (supply - _HOT_WATER_RETURN_C))
    radiator_back = indoor_c + 12.0 + 0.2 * (supply - 70.0)
    throttled = heating_kw / (KW_PER_T_K_H * (supply - radiator_back))
    heating_flow = np.where(compensated, throttled, np.where(heated, radiators.network_flow_t_h, 0.0))
    power, flow = heating_kw + around.hot_water_kw, heating_flow + hot_water_flow
    return HeatTrack(around.hours, power, flow, supply, supply - power / (KW_PER_T_K_H * flow), indoor_c)


def _heating_season(local_hours: Ints) -> Flags:
    month = (local_hours.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)) % 12 + 1
    on: Flags = (month >= _FIRST_HEATING_MONTH) | (month <= _LAST_HEATING_MONTH)
    return on


def _low_pass(values: Floats, time_constant_h: float) -> Floats:
    keep = float(np.exp(-1.0 / time_constant_h))
    result, state = np.empty_like(values), float(values[0])
    for i, value in enumerate(values.tolist()):
        state = keep * state + (1 - keep) * value
        result[i] = state
    return result
