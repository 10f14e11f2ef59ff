"""Compressed samples: bit-exact, checked, and readable in parts.

From the outside in: ``block`` frames what is stored, ``codec`` turns samples into bytes, ``scales`` finds the
whole numbers behind them, ``integers`` packs those, ``tiers`` sums samples up by minute and hour, ``parts``
says which series share a block.
"""
