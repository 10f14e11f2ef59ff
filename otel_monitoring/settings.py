"""Every option: default, unit, environment variable, one line of explanation."""
