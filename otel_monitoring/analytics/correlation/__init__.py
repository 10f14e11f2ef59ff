"""Which series go together, and which ones an incident moved first."""
