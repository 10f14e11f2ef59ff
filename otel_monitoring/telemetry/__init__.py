"""The SDK's objects: resource, providers, exporters, and the order in which they stop."""
