"""What was collected, once it is older than a window: compacted, summed up, read back and forgotten.

``spans`` reads and writes windows, ``gather`` makes one of collections, ``compact`` and ``summing`` do so in
the background.
"""
