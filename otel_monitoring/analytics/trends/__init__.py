"""Which way a series goes, how fast, and when it changed."""
