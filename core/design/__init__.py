"""The document and pure functions on it. No JAX, no Qt."""
