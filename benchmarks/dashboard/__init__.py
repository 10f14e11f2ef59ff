"""What the dashboard costs: the browser that shows it, and the server that answers it."""
