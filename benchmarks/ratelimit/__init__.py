"""What a decision about a rate limit costs."""
