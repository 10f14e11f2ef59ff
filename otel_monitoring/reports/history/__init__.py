"""How metrics went: their points over a window."""
