"""Project files and the store of runs."""
