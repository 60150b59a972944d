"""Consumption, degree days, baselines, savings, uncertainty, adjustments, settlement, reports."""
