"""What evaluating rules costs."""
