"""What time it is, and whether the machine's time can be believed."""

from gateway.clock.clock import AcceleratedClock, Clock, clock_of_environment

__all__ = ["AcceleratedClock", "Clock", "clock_of_environment"]
