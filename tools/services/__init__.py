"""The real servers behind ``make services`` and ``make stack``."""
