"""The detector beside the yardsticks, on labelled series and on made-up ones."""
