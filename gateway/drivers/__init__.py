"""Drivers: a protocol each, told by profiles what the meter is."""
