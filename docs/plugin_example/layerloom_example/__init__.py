"""An example of a plugin: one block with a layer of its own."""
