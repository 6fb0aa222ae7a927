"""The local run: a Kafka broker, a PostgreSQL server and the services as child processes of one launcher."""
