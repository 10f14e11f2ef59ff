"""What the pages cost."""
