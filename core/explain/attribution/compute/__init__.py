"""What attribution methods compute with JAX; the methods import it inside of functions."""
