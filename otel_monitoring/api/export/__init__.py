"""What is kept, as a file to take away."""
