"""Lighting by usage groups, IPMVP options A and B: samples of fixtures, their hours, and what both prove."""
