"""Who may use the pages: callers, how they prove who they are, and what each route asks of them."""
