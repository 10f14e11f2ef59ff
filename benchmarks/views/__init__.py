"""What answers about the whole application cost."""
