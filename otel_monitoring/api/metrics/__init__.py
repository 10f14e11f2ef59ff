"""Record values and ask for them in words, over HTTP."""
