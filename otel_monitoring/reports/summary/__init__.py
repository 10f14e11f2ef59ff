"""Daily, weekly and monthly reports: what happened, against the time before."""
