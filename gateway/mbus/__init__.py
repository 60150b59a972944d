"""M-Bus after EN 13757-2 (frames) and EN 13757-3 (records): our own decoder, and the master that asks meters."""
