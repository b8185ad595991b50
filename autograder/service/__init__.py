"""The submission service: takes notebooks over HTTP, queues them in a database, grades them one after another."""
