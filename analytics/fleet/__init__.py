"""Verification of all contracts: the run over the fleet, the portfolio, what it costs."""
