"""Insights: what the numbers say in sentences, what to do about it, and how healthy everything is."""
