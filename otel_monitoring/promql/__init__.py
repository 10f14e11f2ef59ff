"""PromQL: parsed by a library, evaluated here over the series store."""
