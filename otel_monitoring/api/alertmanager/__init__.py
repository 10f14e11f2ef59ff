"""Alertmanager's HTTP API (v2) over the parts that tell people: for amtool, Grafana and Karma."""
