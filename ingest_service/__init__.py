"""From the broker into the database: subscriber -> decoders -> admission -> writer; and the registry of devices."""
