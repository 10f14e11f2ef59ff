"""Rules that run: when, on what, and what becomes of their alerts from one evaluation to the next."""
