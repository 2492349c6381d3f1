"""How much of a training's time may go to looking at it. No JAX."""

from __future__ import annotations

# Views may take this share of the time, and surveys as much again, so that looking does not slow
# learning down.
VIEW_SHARE = 0.01
# So may the answers to questions that panels ask again and again.
ASK_SHARE = 0.01
# Seconds of training before the survey is compiled, beside it: that would be most of what a short
# run takes. In a window such a run is surveyed at its end.
BEFORE_SURVEY = 1.0
# Seconds between two records of what the layers do, at least: a long run keeps some hundreds.
LAYERS_INTERVAL = 2.0
