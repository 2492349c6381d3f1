"""Arguments that layers of Flax take anyway, and that a person would not write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NORM = {"use_bias": True, "use_scale": True}
# A test holds these to Flax's own signatures.
USUAL: Mapping[str, Mapping[str, Any]] = {
    "nnx.Linear": {"use_bias": True},
    "nnx.LinearGeneral": {"use_bias": True},
    "nnx.Conv": {
        "strides": 1,
        "padding": "SAME",
        "kernel_dilation": 1,
        "feature_group_count": 1,
        "use_bias": True,
    },
    "nnx.ConvTranspose": {"padding": "SAME", "use_bias": True},
    "nnx.BatchNorm": {"epsilon": 1e-5, **_NORM},
    "nnx.LayerNorm": {"epsilon": 1e-6, **_NORM},
    "nnx.GroupNorm": {"epsilon": 1e-6, **_NORM},
    "nnx.RMSNorm": {"epsilon": 1e-6, "use_scale": True},
    "nnx.MultiHeadAttention": {"dropout_rate": 0.0, "use_bias": True},
}


def is_usual(function: str, option: str, value: Any) -> bool:
    """Whether a layer does the same without this option; one number for all axes counts too."""
    usual = USUAL.get(function, {})
    if option not in usual or isinstance(value, bool) is not isinstance(usual[option], bool):
        return False
    each = value if isinstance(value, tuple) and value else (value,)
    return all(isinstance(one, type(usual[option])) and one == usual[option] for one in each)
