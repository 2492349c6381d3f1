"""ONNX graph to design and weights. No JAX; ``onnx`` itself is an optional package.

``reading`` takes the file apart, ``folding`` computes what is constant, ``patterns`` recognises
what exporters take to pieces, ``emit`` has one function for each kind of operator, and
``converting`` puts a design together from what they made.
"""
