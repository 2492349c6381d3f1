"""Pooling, and what else changes the extent of sequences, images and volumes."""

from __future__ import annotations

from core.compile.imported import UnsupportedError
from core.compile.keras_in.layers.convolution import channels_last, padding_of, short, sizes_of
from core.compile.keras_in.sheet import Making, Value


def pool(m: Making) -> Value:
    """The largest or the mean value of each window."""
    channels_last(m)
    window = sizes_of(m, "pool_size", 2)
    strides = window if m.layer.config.get("strides") is None else sizes_of(m, "strides")
    params = {"window": short(window), "padding": padding_of(m)}
    params |= {} if strides == window else {"strides": short(strides)}
    return m.add("MaxPool" if m.layer.kind.startswith("Max") else "AveragePool", params, m.input)


def global_pool(m: Making) -> Value:
    """The largest or the mean value of each channel."""
    channels_last(m)
    kind = "GlobalMaxPool" if "Max" in m.layer.kind else "GlobalAveragePool"
    made = m.add(kind, {}, m.input)
    if not m.layer.flag("keepdims", False):
        return made
    shape = (*(1,) * (m.input.tensor.rank - 2), m.input.tensor.features)
    return m.add("Reshape", {"shape": shape}, made, suffix="_shape")


def zero_padding(m: Making) -> Value:
    """Zeros at the edges."""
    channels_last(m)
    return m.add("ZeroPad", {"pads": _sides(m, "padding")}, m.input)


def cropping(m: Making) -> Value:
    """Edges cut off."""
    channels_last(m)
    return m.add("Crop", {"crop": _sides(m, "cropping")}, m.input)


def _sides(m: Making, name: str) -> tuple[int, ...]:
    found = m.layer.integers(name, (1,))
    return found[:1] if len(set(found)) == 1 else found


def upsampling(m: Making) -> Value:
    """Each place several times, or places between."""
    channels_last(m)
    method = m.layer.text("interpolation", "nearest")
    if method not in ("nearest", "bilinear"):
        raise UnsupportedError(f"its interpolation is {method}")
    params = {"factors": short(sizes_of(m, "size", 2)), "method": method}
    return m.add("Upsample", params, m.input)


_AXES = ("1D", "2D", "3D")
CONVERTERS = {
    **{f"{kind}Pooling{n}": pool for kind in ("Max", "Average") for n in _AXES},
    **{f"Global{kind}Pooling{n}": global_pool for kind in ("Max", "Average") for n in _AXES},
    **{f"ZeroPadding{n}": zero_padding for n in _AXES},
    **{f"Cropping{n}": cropping for n in _AXES},
    **{f"UpSampling{n}": upsampling for n in _AXES},
}
