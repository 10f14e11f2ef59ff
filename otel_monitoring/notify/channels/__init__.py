"""The places that messages go to, a file each."""
