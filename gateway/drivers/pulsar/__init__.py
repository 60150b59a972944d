"""Teplovodokhran Pulsar: heat meters and pulse counters with a protocol of their own."""
