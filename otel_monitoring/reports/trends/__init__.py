"""Which way series go, how fast, and when they changed, in sentences with numbers."""
