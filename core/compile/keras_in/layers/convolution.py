"""Convolutions; Keras with its channels last has nearly our kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compile.imported import UnsupportedError
from core.compile.keras_in.layers.activation import activated
from core.compile.keras_in.sheet import Making, Value


def channels_last(m: Making) -> None:
    """Raise UnsupportedError where channels come first."""
    if m.layer.text("data_format", "channels_last") != "channels_last":
        raise UnsupportedError("its channels come first (channels_first)")


def sizes_of(m: Making, name: str, default: int = 1) -> tuple[int, ...]:
    """A setting with one number for each axis of places."""
    found = m.layer.integers(name, (default,))
    axes = m.input.tensor.rank - 2
    if len(found) not in (1, axes) or min(found) < 1:
        raise UnsupportedError(f"its {name} is {list(found)}")
    return found * axes if len(found) == 1 else found


def short(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """One number where all are equal."""
    return sizes[:1] if len(set(sizes)) == 1 else sizes


def padding_of(m: Making) -> str:
    """How it is padded, as our blocks call it."""
    padding = m.layer.text("padding", "valid").upper()
    if padding not in ("SAME", "VALID", "CAUSAL"):
        raise UnsupportedError(f"its padding is {padding.lower()}")
    return padding


def _window(m: Making) -> tuple[dict[str, Any], tuple[int, ...]]:
    channels_last(m)
    kernel = sizes_of(m, "kernel_size")
    params = {
        "kernel_size": short(kernel),
        "strides": short(sizes_of(m, "strides")),
        "dilation": short(sizes_of(m, "dilation_rate")),
        "padding": padding_of(m),
        "use_bias": m.layer.flag("use_bias", True),
    }
    return params, kernel


def _finished(
    m: Making, kind: str, params: dict[str, Any], weights: dict[str, np.ndarray]
) -> Value:
    made = m.add(kind, params, m.input, weights)
    return activated(m, made, m.layer.config.get("activation"))


def _bias(m: Making, index: int, size: int) -> dict[str, np.ndarray]:
    return {"bias": m.weight(index, size)} if m.layer.flag("use_bias", True) else {}


def conv(m: Making) -> Value:
    """A convolution over one to three axes."""
    params, kernel = _window(m)
    filters, groups = m.layer.integer("filters"), m.layer.integer("groups", 1)
    channels = m.input.tensor.features // max(groups, 1)
    weights = {"kernel": m.weight(0, *kernel, channels, filters), **_bias(m, 1, filters)}
    return _finished(m, "Conv", {**params, "filters": filters, "groups": groups}, weights)


def conv_transpose(m: Making) -> Value:
    """A transposed convolution; Keras turns the kernel round and has outputs before inputs."""
    params, kernel = _window(m)
    filters = m.layer.integer("filters")
    given = m.weight(0, *kernel, filters, m.input.tensor.features)
    flipped = np.flip(given, tuple(range(len(kernel)))).swapaxes(-1, -2)
    params |= {"filters": filters, **_output_padding(m, kernel, params["padding"])}
    return _finished(m, "ConvTranspose", params, {"kernel": flipped, **_bias(m, 1, filters)})


def _output_padding(m: Making, kernel: tuple[int, ...], padding: str) -> dict[str, Any]:
    """Padding where the output's size is set; Keras cuts ``SAME`` so that it may be uneven."""
    if m.layer.config.get("output_padding") is None:
        return {}
    given = m.layer.integers("output_padding")
    given = given * len(kernel) if len(given) == 1 else given
    cuts: list[int] = []
    extra: list[int] = []
    for size, dilation, more in zip(kernel, sizes_of(m, "dilation_rate"), given, strict=True):
        reach = (size - 1) * dilation
        total = 2 * reach + more
        if padding == "SAME":
            total = reach + (reach + 1) % 2 - 1 + more
        before = min(-(-total // 2), reach) if padding == "SAME" else reach
        after = total - before
        extra.append(max(after - reach, 0))
        cuts += [reach - before, reach - after + extra[-1]]
    return {
        "padding": "EXPLICIT",
        "pads": short(tuple(cuts)),
        "output_padding": short(tuple(extra)),
    }


def depthwise(m: Making) -> Value:
    """Filters for each channel by itself."""
    params, kernel = _window(m)
    channels, each = m.input.tensor.features, m.layer.integer("depth_multiplier", 1)
    taken = m.weight(0, *kernel, channels, each).reshape(*kernel, 1, channels * each)
    weights = {"kernel": taken, **_bias(m, 1, channels * each)}
    return _finished(m, "DepthwiseConv", {**params, "multiplier": each}, weights)


def separable(m: Making) -> Value:
    """Filters for each channel by itself, then a mixture of these."""
    params, kernel = _window(m)
    channels, each = m.input.tensor.features, m.layer.integer("depth_multiplier", 1)
    filters, ones = m.layer.integer("filters"), (1,) * len(kernel)
    apart = m.weight(0, *kernel, channels, each).reshape(*kernel, 1, channels * each)
    weights = {
        "layers.0.kernel": apart,
        "layers.1.kernel": m.weight(1, *ones, channels * each, filters),
        **{f"layers.1.{name}": array for name, array in _bias(m, 2, filters).items()},
    }
    return _finished(
        m, "SeparableConv", {**params, "filters": filters, "multiplier": each}, weights
    )


CONVERTERS = {
    **{f"Conv{n}D": conv for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": conv_transpose for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": depthwise for n in (1, 2)},
    **{f"SeparableConv{n}D": separable for n in (1, 2)},
}
