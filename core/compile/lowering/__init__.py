"""What a network computes with while it trains on a CPU, where XLA has no fast way of its own.

Weights, their names and shapes stay as they are, and results are the same to float tolerance. What
users are given (the network, exported code, ONNX) is not lowered.
"""

from core.compile.lowering.network import lower as lower
