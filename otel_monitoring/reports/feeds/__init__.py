"""What each desk adds to reports and to insights: a section about a period, and what is worth knowing now."""
