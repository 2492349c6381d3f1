"""Design to ONNX: the calls of a plan, evaluated with symbolic values that note down operators.

``translate`` walks the plan, ``functions`` says for each function that blocks name which operators
compute it, ``layers`` likewise for layers, ``document`` writes the result with the onnx package and
``comparison`` runs it. Nothing but ``document`` and ``comparison`` needs onnx or JAX.
"""
