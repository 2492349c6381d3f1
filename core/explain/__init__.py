"""Activations, gradients, saliency and evaluation as numbers; nothing here draws."""
