"""Alarms: conditions that somebody has to look at, who acknowledged them, and who is told."""
