"""Samples as processes append them, follow each other by them, and tell who is alive."""
