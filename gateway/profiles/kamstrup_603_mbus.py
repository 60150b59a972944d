"""Kamstrup MULTICAL 603 with an M-Bus module."""

from gateway.drivers.mbus.kamstrup import multical

PROFILE = multical(
    "kamstrup-603-mbus",
    "Kamstrup MULTICAL 603, technical description, section 7.7.2; M-Bus module HC-003-20",
    0x35,
)
