"""Kamstrup MULTICAL 803 with a Modbus module; its unit number is the last three digits of the customer number."""

from gateway.drivers.modbus.kamstrup import multical

PROFILE = multical("kamstrup-803", "MULTICAL 803")
