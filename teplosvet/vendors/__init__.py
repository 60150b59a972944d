"""What other makers' devices say over MQTT, as observations: one declarative file for each vendor.

Ingest listens to such devices on its broker, and a gateway on the one in its basement: both read them here.
"""
