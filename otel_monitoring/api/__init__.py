"""The REST API: one router per word."""
