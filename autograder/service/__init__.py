"""The submission service: takes notebooks over HTTP, queues them in a database, grades them one after another."""

from autograder.service.app import ServiceError, Settings, create_app, serve

__all__ = ["ServiceError", "Settings", "create_app", "serve"]
