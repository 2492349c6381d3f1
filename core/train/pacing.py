"""When it is time to look at a training. No JAX."""

from __future__ import annotations

# Seconds of training before the survey is compiled, beside it: that would be most of what a short
# run takes. In a window such a run is surveyed at its end.
BEFORE_SURVEY = 1.0
# Seconds between two records of what the layers do, at least: a long run keeps some hundreds.
LAYERS_INTERVAL = 2.0
# They may take this share of the time, also where nobody looks.
LAYERS_SHARE = 0.01
