"""One process per building: reads meters, keeps an outbox, publishes. Its place; it comes with the real devices."""
