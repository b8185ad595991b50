"""The exhibits, a module for each theme."""
