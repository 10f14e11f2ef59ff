"""Queries to a server with the HTTP API of Prometheus."""
