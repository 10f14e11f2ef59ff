"""One running instance: its parts, its loop of jobs, its start, flush, fork and end."""
