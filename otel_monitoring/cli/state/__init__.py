"""Commands that show how a running instance and its machine stand."""
