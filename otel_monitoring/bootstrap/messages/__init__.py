"""What people are told of alerts, wired: to whom, through what, and what backs it up."""
