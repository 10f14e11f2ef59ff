"""What things cost, beside peers in the same run: ``make bench``."""
