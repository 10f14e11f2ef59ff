"""What builds the dashboard from ``frontend/``."""
