"""How fast an error budget is spent, and what is left of it."""
