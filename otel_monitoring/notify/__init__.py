"""Channels: the places that messages go to."""
