"""Which series go together, and what moved with an incident."""
