"""From a tree of nodes to values."""
