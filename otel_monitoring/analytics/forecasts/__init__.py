"""What comes next: level, trend and seasons carried forward, and how far that may be off."""
