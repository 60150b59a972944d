"""Local services: embedded PostgreSQL and broker, Mosquitto and TimescaleDB where installed, and who runs here."""
