"""Quantities, readings, devices, buildings, periods, contracts, findings, errors: pure values without I/O."""
