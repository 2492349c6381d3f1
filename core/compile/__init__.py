"""Design to Flax NNX module. Importing the modules in here imports JAX."""
