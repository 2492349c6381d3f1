"""The block catalogue: one family per file, one class per block."""
