"""Benchmarks that need more than one service; speed is measured here and asserted nowhere."""
