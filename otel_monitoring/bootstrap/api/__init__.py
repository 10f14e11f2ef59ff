"""The pages under our prefix: what they ask, who may ask, and how often."""
