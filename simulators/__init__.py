"""Simulated weather, houses, lights, instruments and their faults; they emit exactly what devices emit.

Nothing here imports `teplosvet.wire`: a mistake shared by encoder and decoder would pass every test.
"""
