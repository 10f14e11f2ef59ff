"""Checks, their registry and their report."""
