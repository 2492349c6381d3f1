"""Attribution methods: which parts of a sample a prediction rests on. One method a file.

Modules here import JAX inside of functions only, so that the window can list the methods.
"""
