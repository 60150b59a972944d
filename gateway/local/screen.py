"""What whoever is on the spot sees: latest values at the broker, and devices that Home Assistant finds by itself."""

from collections.abc import Mapping

from gateway.config import GatewayConfig
from gateway.local.home_assistant import About, HomeAssistant
from gateway.uplink import Uplink
from teplosvet.domain.quantities import Quantity
from teplosvet.wire.messages import Birth
from teplosvet.wire.units import quantity_of

MISSED = 3
"""After so many intervals without a value, the last one says nothing any more."""


class Screen:
    """Shows latest values.

    Args:
        config: The configuration.
        uplink: The way to the broker, not started yet.
    """

    def __init__(self, config: GatewayConfig, uplink: Uplink) -> None:
        self._uplink = uplink
        self._intervals_s = {meter.name: meter.interval_s for meter in config.meters}
        self._assistant = None
        if config.home_assistant is not None:
            self._assistant = HomeAssistant(uplink, config.name, config.devices, config.home_assistant)

    def publish_latest(self, device: str, values: Mapping[Quantity, float]) -> None:
        """Show the latest values of a device."""
        self._uplink.publish_latest(device, values)

    def announce(self, birth: Birth) -> None:
        """Announce a device to Home Assistant, if that is wanted."""
        if self._assistant is None:
            return
        quantities = [quantity for name in birth.units if (quantity := quantity_of(name)) is not None]
        interval_s = self._intervals_s.get(birth.device)
        about = About(
            birth.model, birth.firmware, birth.serial, None if interval_s is None else int(MISSED * interval_s)
        )
        self._assistant.announce(birth.device, quantities, about)
