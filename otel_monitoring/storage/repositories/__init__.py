"""What is kept of rules, alerts, and of what people said and were told; one file per kind.

Functions and classes take a connection, so that several kinds are written in one transaction; ``fenced`` lets
only the holder of a lease do that.
"""
