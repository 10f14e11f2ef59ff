"""The whole overview in one answer."""
