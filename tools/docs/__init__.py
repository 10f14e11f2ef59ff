"""Generators of the reference tables; a test keeps the pages equal to what they print."""
