"""One training step told moment by moment: forward, loss, backward, update, with its numbers."""
