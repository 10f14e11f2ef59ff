"""What is stored, as files that others read, and back: samples, alerts, events; and whole copies.

``out`` reads samples from a storage and ``into`` writes them, ``openmetrics`` and ``table`` are their
formats, ``lines`` is that of alerts and records, ``backup`` copies a storage that is in use.
"""
