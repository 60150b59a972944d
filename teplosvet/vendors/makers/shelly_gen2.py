"""Shelly of the second generation and later: RPC notifications, and the status of a component on a topic of its own.

Traps: a notification says only what changed, and two of them share a minute: a missing ``apower`` is not 0; ``ts`` is
the uptime until the clock is set; a status topic says no time; ``total`` is in Wh, ``by_minute`` in mWh and none;
``ret_aenergy`` is what was given back; ``ResetCounters`` sets registers to 0. ``counts.on_time`` is in seconds: of two
messages of one device, 360 s apart in ``ts``, it grew by 360. A meter's power and its registers are two components
(``em1``, ``em1data``) with the same number, which are one device to us.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from teplosvet.domain.quantities import DeviceClass
from teplosvet.vendors.adapter import Golden
from teplosvet.vendors.fields import Field, Part, Table
from teplosvet.vendors.json_adapter import JsonAdapter, says, silent
from teplosvet.vendors.observation import Clock, Measure
from teplosvet.vendors.values import number, truth, unix_time

_METERED = (
    Field("apower", Measure.POWER, "W"),
    Field("aenergy.total", Measure.ENERGY, "Wh"),
    Field("voltage", Measure.VOLTAGE, "V"),
    Field("current", Measure.CURRENT, "A"),
    Field("freq", Measure.FREQUENCY, "Hz"),
    Field("pf", Measure.POWER_FACTOR, ""),
    Field("temperature.tC", Measure.GEAR_TEMPERATURE, "Cel"),
    Field("counts.on_time", Measure.ON_TIME, "s"),
)


def _switched(body: Mapping[str, Any]) -> Iterator[tuple[str, Measure, str, float]]:
    """What is behind a relay is full on or off. [%]"""
    if (lit := _output(body)) is not None:
        yield "output", Measure.LEVEL, "%", 100.0 * lit


def _dimmed(body: Mapping[str, Any]) -> Iterator[tuple[str, Measure, str, float]]:
    """Off, or as bright as it says; a change of the brightness alone does not say whether it is lit. [%]"""
    lit = _output(body)
    if lit == 0:
        yield "output", Measure.LEVEL, "%", 0.0
    elif lit == 1:
        try:
            level = number(body.get("brightness"))
        except ValueError:
            return
        if level is not None:
            yield "brightness", Measure.LEVEL, "%", level


def _output(body: Mapping[str, Any]) -> float | None:
    try:
        return truth(body.get("output"))
    except ValueError:
        return None


_RELAY = Table(DeviceClass.ELECTRICITY, _METERED, _switched)
_LAMP = Table(DeviceClass.LIGHT, _METERED, _dimmed)
_METER = Table(DeviceClass.ELECTRICITY, _METERED)

COMPONENTS: Mapping[str, Table] = {
    "switch": _RELAY,
    "light": _LAMP,
    "rgb": _LAMP,
    "rgbw": _LAMP,
    "cct": _LAMP,
    "cover": _METER,
    "pm1": _METER,
    "em1": Table(
        DeviceClass.ELECTRICITY,
        (
            Field("act_power", Measure.POWER, "W"),
            Field("voltage", Measure.VOLTAGE, "V"),
            Field("current", Measure.CURRENT, "A"),
            Field("freq", Measure.FREQUENCY, "Hz"),
            Field("pf", Measure.POWER_FACTOR, ""),
        ),
    ),
    "em1data": Table(DeviceClass.ELECTRICITY, (Field("total_act_energy", Measure.ENERGY, "Wh"),)),
    "em": Table(DeviceClass.ELECTRICITY, (Field("total_act_power", Measure.POWER, "W"),)),
    "emdata": Table(DeviceClass.ELECTRICITY, (Field("total_act", Measure.ENERGY, "Wh"),)),
    "temperature": Table(DeviceClass.CLIMATE, (Field("tC", Measure.TEMPERATURE, "Cel"),)),
    "humidity": Table(DeviceClass.CLIMATE, (Field("rh", Measure.HUMIDITY, "%RH"),)),
    "illuminance": Table(DeviceClass.LIGHT, (Field("lux", Measure.ILLUMINANCE, "lx"),)),
    "presencezone": Table(
        DeviceClass.LIGHT,
        (Field("value", Measure.PRESENCE, "", truth), Field("state", Measure.PRESENCE, "", truth)),
    ),
    "thermostat": Table(
        DeviceClass.CLIMATE,
        (Field("current_C", Measure.TEMPERATURE, "Cel"), Field("target_C", Measure.INDOOR_SETPOINT, "Cel")),
    ),
}
"""What the components say that is measured. Inputs are not among them: what is wired to one, it does not know."""

_ONE_METER = {"em1data": "em1", "emdata": "em"}


def _component(prefix: str, key: str, body: Any, at: datetime | None, notes: list[str]) -> Part | None:
    kind, colon, number_of_it = key.partition(":")
    table = COMPONENTS.get(kind)
    if table is None or not isinstance(body, Mapping):
        notes.append(key)
        return None
    return Part(f"{prefix}/{_ONE_METER.get(kind, kind)}{colon}{number_of_it}", body, table, at)


def _components(prefix: str, body: Mapping[str, Any], at: datetime | None) -> Sequence[Part]:
    notes: list[str] = []
    found = [_component(prefix, key, each, at, notes) for key, each in body.items() if key != "ts"]
    parts = [part for part in found if part is not None]
    return [*parts, Part(prefix, {}, _NOTHING, at, notes=notes)]


_NOTHING = Table(DeviceClass.ELECTRICITY, ())


def _notification(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    method, params = body.get("method"), body.get("params")
    if not isinstance(params, Mapping):
        raise ValueError("the notification has no params")  # noqa: TRY004  # it is the message that is wrong
    if method not in ("NotifyStatus", "NotifyFullStatus"):
        return [Part(levels["identity"], params, _NOTHING, notes=[f"a {method} says nothing that is measured"])]
    at = unix_time(params.get("ts"))
    parts = _components(levels["identity"], params, at)
    if at is None:
        parts[-1].notes.append("ts: the clock was not set yet; the time of arrival stands for it")
    return parts


def _status(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    return _components(levels["identity"], {levels["component"]: body}, None)


def _answer(levels: Mapping[str, str], body: Mapping[str, Any]) -> Sequence[Part]:
    """The answer to ``Shelly.GetStatus``; it is sent to whoever asked, so the device is in ``src``."""
    source, result = body.get("src"), body.get("result")
    if not isinstance(source, str) or not 0 < len(source) <= 200 or not isinstance(result, Mapping):
        return [Part(levels["asker"], body, _NOTHING, notes=["no answer with a status in it"])]
    return _components(source, result, None)


def _shape(body: Mapping[str, Any]) -> bool:
    """Notifications and answers have a source; a component's status has its number, or is a sensor's."""
    if "src" in body:
        return "method" in body or "result" in body
    return "id" in body


_SWITCH_OFF = {
    "id": 0,
    "source": "init",
    "output": False,
    "apower": 0.0,
    "voltage": 232.7,
    "current": 0.0,
    "aenergy": {"total": 0.0, "by_minute": [0.0, 0.0, 0.0], "minute_ts": 1661517407},
    "temperature": {"tC": 44.1, "tF": 111.3},
}
_LOG = "comment with logged messages in a public converter of MQTT messages"


def _notified(prefix: str, ts: float, components: Mapping[str, Any], method: str = "NotifyStatus") -> dict[str, Any]:
    return {"src": "shelly-1", "dst": f"{prefix}/events", "method": method, "params": {"ts": ts, **components}}


ADAPTER = JsonAdapter(
    name="shelly-gen2",
    manual="shelly-api-docs.shelly.cloud, Gen2: MQTT, Notifications, components Switch, Light, PM1, EM, EM1, EMData",
    filters=("+/events/rpc", "+/+/events/rpc", "+/status/+", "+/+/status/+"),
    clock=Clock.DEVICE,
    energy_unit="Wh (total); by_minute is in mWh and no register",
    duplicates="prefix, component and ts; a status topic has no ts: the same status of the same component again",
    repeats_within_s=1.0,
    topics=(
        says("{identity*}/events/rpc", _notification, certain=False),
        *silent(*(f"{{identity*}}/status/{name}" for name in ("sys", "wifi", "eth", "mqtt", "ble", "cloud", "ws"))),
        says("{identity*}/status/{component}", _status, certain=False),
        says("{asker*}/rpc", _answer, certain=False),
        *silent("{identity*}/online", "{identity*}/debug/log"),
        *silent("{identity*}/command/{component}", "{identity*}/events/{what}", certain=False),
    ),
    shape=_shape,
    goldens=(
        Golden(
            "shellies/plus1pm/events/rpc",
            _notified(
                "shellies/plus1pm",
                1661517421.44,
                {"switch:0": {"id": 0, "aenergy": {"by_minute": [0.0, 0.0, 0.0], "minute_ts": 1, "total": 0.0}}},
            ),
            _LOG,
            {"shellies/plus1pm/switch:0": {"energy": 0.0}},
            at="2022-08-26T12:37:01.440Z",
        ),
        Golden(
            "PLATZ/events/rpc",
            _notified(
                "PLATZ",
                1787950560.02,
                {
                    "switch:0": {
                        "aenergy": {"by_minute": [0.0, 0.0, 0.0], "minute_ts": 1787950560, "total": 1885.832},
                        "apower": 0.0,
                        "current": 0.0,
                        "freq": 50.03,
                        "ret_aenergy": {"by_minute": [0.0, 0.0, 0.0], "minute_ts": 1787950560, "total": 0.0},
                        "voltage": 232.0,
                    }
                },
            ),
            "published log of a Shelly 1PM Gen4",
            {"PLATZ/switch:0": {"energy": 1885.832, "power": 0.0, "current": 0.0, "frequency": 50.03, "voltage": 232}},
            at="2026-08-28T20:56:00.020Z",
        ),
        Golden(
            "PLATZ/events/rpc",
            _notified(
                "PLATZ",
                1787950560.0,
                {"switch:0": {"counts": {"on_above_thr": 510, "on_time": 1912800, "switch_on": 0}}},
            ),
            "the same log: the other notification of the minute, with no power in it",
            {"PLATZ/switch:0": {"on_time": 1912800}},
            at="2026-08-28T20:56:00Z",
        ),
        Golden(
            "shellies/plus1pm/status/switch:0",
            _SWITCH_OFF,
            _LOG,
            {
                "shellies/plus1pm/switch:0": {
                    "level": 0,
                    "power": 0,
                    "voltage": 232.7,
                    "current": 0,
                    "energy": 0,
                    "gear_temperature": 44.1,
                }
            },
        ),
        Golden("a/events/rpc", _notified("a", 1.61, {"mqtt": {"connected": True}}), f"{_LOG}: no clock yet", {}),
        Golden(
            "dim/status/light:0",
            {"id": 0, "output": True, "brightness": 42, "apower": 23.5, "aenergy": {"total": 1543.25}},
            "form of the component Light in the vendor's documentation",
            {"dim/light:0": {"level": 42, "power": 23.5, "energy": 1543.25}},
        ),
        Golden(
            "pro/status/em1data:1",
            {"id": 1, "total_act_energy": 2776175.11, "total_act_ret_energy": 571584.87},
            "form of the component EM1Data in the vendor's documentation",
            {"pro/em1:1": {"energy": 2776175.11}},
        ),
    ),
)
