"""What people do about alerts over HTTP: look back, acknowledge, resolve, silence, test a receiver."""
