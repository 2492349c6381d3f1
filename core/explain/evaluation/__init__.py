"""How good a trained network is: figures, curves, groups of rows, robustness. Numbers, no drawing.

``measure.py`` and ``attacks.py`` compute with JAX; all else is NumPy, so that the window can read
the answers.
"""
