"""What a rule is, and the ways in which rules are stated."""
