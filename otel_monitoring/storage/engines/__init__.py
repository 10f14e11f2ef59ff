"""Two kinds of database behind one Protocol: a file of SQLite, a server of PostgreSQL."""
