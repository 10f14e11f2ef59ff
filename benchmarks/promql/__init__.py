"""Evaluation of PromQL beside a real Prometheus."""
