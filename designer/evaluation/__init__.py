"""An evaluation as people see it: pages in the window, and one HTML file."""
