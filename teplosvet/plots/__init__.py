"""Plots as inline SVG, made of values that are already in the unit to be shown: pure functions without a library."""
