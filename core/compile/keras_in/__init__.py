"""Keras models (.keras files of Keras 3) to designs and weights. No Keras, no JAX, no code run.

``archive`` takes the zip apart, ``store`` reads the weights, ``config`` reads the layers and their
calls as plain data, ``sheet`` is a graph while it is made, ``layers`` has one function for each
class of layer, and ``converting`` puts a design together from what they made.
"""
