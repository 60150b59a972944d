"""Pulsar heat meters of Teplovodokhran, for flats and small houses, over RS-485."""

from gateway.drivers.pulsar.driver import Counter, PulsarProfile
from gateway.drivers.pulsar.frames import Parameter
from gateway.drivers.pulsar.session import Channel
from gateway.golden import ExchangeGolden
from teplosvet.domain.quantities import Quantity

PROFILE = PulsarProfile(
    model="pulsar",
    manual="Teplovodokhran, exchange protocol Pulsar-M and its channel table for heat meters, as reported by "
    "kihamo/boggart (providers/pulsar) and the Pulsar template of Wiren Board. Bits 9 to 12 (pulse inputs, device "
    "temperature, state) differ by version and are not read; the meaning of the diagnostic bits is not known.",
    channels=(
        Channel(2, Quantity.FLOW_TEMPERATURE_C, "Cel"),
        Channel(3, Quantity.RETURN_TEMPERATURE_C, "Cel"),
        Channel(5, Quantity.HEAT_POWER_KW, "Gcal/h", archived=False),
        Channel(6, Quantity.HEAT_ENERGY_KWH, "Gcal"),
        Channel(7, Quantity.HEAT_VOLUME_M3, "m3"),
        Channel(8, Quantity.HEAT_FLOW_M3H, "m3/h", archived=False),
    ),
    counters=(
        Counter(Parameter.OPERATING_HOURS, Quantity.OPERATING_TIME_H, "h"),
        Counter(Parameter.ERROR_HOURS, Quantity.ERROR_TIME_H, "h"),
    ),
    goldens=(
        ExchangeGolden(
            request="00107080 01 0E 04000000 0000 7CA7",
            answer="00107080 01 0E 5AB3C541 0000 18DB",
            origin="captured from a heat meter: tests of wb-mqtt-serial, «temperature == 24.71257»",
            expected={2: 24.71257},
        ),
        ExchangeGolden(
            request="10264061 01 0E FC1F0810 9297 376A",
            answer="",
            origin="captured from the wire between the maker's program and a heat meter: a Home Assistant integration",
        ),
    ),
)
