"""What every Teplosvet service shares: the domain, the wire, the storage, the settings and the composition root."""
