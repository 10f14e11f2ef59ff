"""What outlives the process: a database that processes share, SQLite or PostgreSQL."""
