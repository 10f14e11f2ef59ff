"""A release, or a week, against the one before, endpoint by endpoint."""
