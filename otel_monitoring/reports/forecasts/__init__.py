"""What comes next in any series, and when what has a limit reaches it."""
