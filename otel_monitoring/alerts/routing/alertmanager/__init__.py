"""``alertmanager.yml`` read, with every problem named by line and column."""
