"""The only wiring: settings in, a hooked-up ``Monitoring`` out."""
