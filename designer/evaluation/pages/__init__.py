"""The pages of the evaluation panel."""
