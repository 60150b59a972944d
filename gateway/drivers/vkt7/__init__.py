"""Teplocom VKT-7, a heat calculator with two heat inputs: its dialect of Modbus, its values and its archives."""
