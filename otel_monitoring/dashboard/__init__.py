"""The page that people look at: built from ``frontend/``, served from memory."""
