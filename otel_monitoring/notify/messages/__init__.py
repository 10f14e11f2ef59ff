"""What messages say: templates, plain text, HTML and small charts."""
