"""Meters over time: when each is read, what a contact becomes, and how its archives are kept complete."""
