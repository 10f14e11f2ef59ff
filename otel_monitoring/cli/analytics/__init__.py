"""Commands that show what is found in series."""
