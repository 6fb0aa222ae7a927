"""What carries the services: the consume loop, settings, PostgreSQL, logs, metrics."""
