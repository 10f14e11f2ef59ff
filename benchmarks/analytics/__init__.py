"""What is found in series, measured beside what it replaces."""
