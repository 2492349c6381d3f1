"""The evaluation report as one HTML file that needs nothing from outside of it."""
