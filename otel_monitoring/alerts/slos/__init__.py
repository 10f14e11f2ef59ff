"""Service levels as rules: read from OpenSLO's files, turned into what a Prometheus evaluates."""
