"""Modbus meters: a model is a table of registers; RTU or TCP, as the line's URL says."""
