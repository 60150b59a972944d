"""Registration of devices: installing, exchanging, withdrawing, adopting, and what the broker lets each of them do."""
