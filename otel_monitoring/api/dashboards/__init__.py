"""Dashboards that people arrange themselves."""
