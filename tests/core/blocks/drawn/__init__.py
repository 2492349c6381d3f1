"""Generated cases for blocks whose parameters and inputs have to fit each other.

Each module has ``CASES``: by kind, a strategy that draws a block and its input tensors.
"""
