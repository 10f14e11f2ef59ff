"""Performance budgets of endpoints: what they are, and how much of the time they are kept."""
