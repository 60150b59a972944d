"""The configuration: what a gateway reads and whom it tells, and the file that says so."""

from gateway.config.config import GatewayConfig, LineConfig, LocalBroker, LocalDevice, MeterConfig

__all__ = ["GatewayConfig", "LineConfig", "LocalBroker", "LocalDevice", "MeterConfig"]
