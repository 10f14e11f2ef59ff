"""What is put together from queries and algorithms, in records and sentences that people read."""
