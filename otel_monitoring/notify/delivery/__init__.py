"""Bringing messages to channels: queues, retries, deadlines and a log."""
