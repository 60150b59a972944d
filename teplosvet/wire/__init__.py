"""The MQTT contract, both directions: topics and SenML messages. Units are converted here and nowhere else."""
