"""Translations of functions and layers, one family a file; found by walking this package."""
