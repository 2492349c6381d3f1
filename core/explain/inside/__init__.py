"""What can be seen inside of one node for one sample. Questions and answers need no JAX."""
