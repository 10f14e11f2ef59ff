"""Whose request is this: correlation across threads, tasks, headers and logs; and what may be said of it."""
