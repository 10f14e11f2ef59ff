"""How the system does: one question per file, asked in PromQL where a metric already counts it."""
