"""Who may call how often: rules, windows that move with time, and middleware for ASGI and WSGI."""
