"""The desks that explain series, made from the parts of an instance."""
