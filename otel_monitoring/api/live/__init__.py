"""What changes, as it happens: server-sent events."""
