"""What happened, on its way into the storage: records, and the audit."""
