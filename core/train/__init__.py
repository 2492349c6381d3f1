"""Recipes, the training loop, checkpoints, and the worker process with its events."""
