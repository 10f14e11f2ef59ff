"""The description of the whole API: one OpenAPI document."""
