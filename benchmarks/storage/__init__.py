"""What storage takes and costs."""
