"""The storage as an instance uses it: what is kept, what others wrote, and who speaks for all."""
