"""Kamstrup MULTICAL 403 with an M-Bus module."""

from gateway.drivers.mbus.kamstrup import multical

PROFILE = multical(
    "kamstrup-403-mbus",
    "Kamstrup MULTICAL 403, technical description 5512-1689, sections 3.5 and 11.2.3 (module HC-003-20)",
    0x34,
    media=(0x04, 0x0A, 0x0B, 0x0C, 0x0D),
)
