"""What everything is made of: frozen records without behaviour beyond their own sense."""
