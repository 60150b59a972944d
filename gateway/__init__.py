"""One process per building: reads meters, keeps an outbox, publishes."""
