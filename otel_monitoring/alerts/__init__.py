"""Rules, their states, and the evaluator that asks them."""
