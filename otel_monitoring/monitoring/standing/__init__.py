"""How our own parts stand: what they hold, what they lose, and what to do about it."""
