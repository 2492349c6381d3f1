"""Tests need no screen and no accelerator, and a busy machine does not fail them."""

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
