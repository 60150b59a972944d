"""Kamstrup MULTICAL 803 with an M-Bus module."""

from gateway.drivers.mbus.kamstrup import multical

PROFILE = multical(
    "kamstrup-803-mbus",
    "Kamstrup MULTICAL 803, technical description 5512-2360, page 121 and section 11.4.3 (HC-003-20)",
    0x39,
)
