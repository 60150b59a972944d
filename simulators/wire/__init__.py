"""Meters on a wire: slaves that answer as real ones do, faults included, over TCP on loopback."""
