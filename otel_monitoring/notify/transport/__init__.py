"""How messages get out: checked addresses, one time limit, no secrets in errors."""
