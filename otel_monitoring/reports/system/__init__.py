"""How the machine, the process and its runtime do."""
