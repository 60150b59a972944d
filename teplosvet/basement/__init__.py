"""A simulated basement behind a real gateway: how it is run, and what has to come out."""
