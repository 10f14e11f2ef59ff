"""Bounded in-memory collections of one kind of record each."""
