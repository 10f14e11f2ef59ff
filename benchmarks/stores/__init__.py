"""What keeping series costs."""
