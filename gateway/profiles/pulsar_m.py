"""Pulsar-2M to -24M of Teplovodokhran: counters of water meters' pulses; each channel is a device, ``00123456/3``."""

from gateway.drivers.pulsar.driver import PulsarProfile
from gateway.drivers.pulsar.session import Channel
from gateway.golden import ExchangeGolden
from teplosvet.domain.quantities import Quantity

PROFILE = PulsarProfile(
    model="pulsar-m",
    manual="Teplovodokhran, exchange protocol Pulsar-M, functions 01, 04, 06 and 0A, as reported by srgsf/tvh-pulsar",
    channels=(Channel(0, Quantity.WATER_VOLUME_M3, "m3"),),
    numbered=True,
    goldens=(
        ExchangeGolden(
            request="01020304 01 0E 03000000 0001 BF49",
            answer="01020304 01 1A 6811CFCEF7968540 A01A8A438BE07C40 0001 1D5B",
            origin="tests of srgsf/tvh-pulsar: 690.87 and 462.03 m3; the answer's check is ours",
            expected={0: 690.87, 1: 462.03},
        ),
    ),
)
