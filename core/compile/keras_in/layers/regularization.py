"""What acts only while training."""

from __future__ import annotations

from core.compile.keras_in.layers.activation import identity
from core.compile.keras_in.sheet import Making, Value


def dropout(m: Making) -> Value:
    """Elements that are dropped."""
    if m.layer.config.get("noise_shape") is not None:
        m.note("it drops whole parts (noise_shape) in Keras, here single elements")
    return m.add("Dropout", _rate(m), m.input)


def spatial_dropout(m: Making) -> Value:
    """Channels that are dropped."""
    return m.add("SpatialDropout", _rate(m), m.input)


def gaussian_noise(m: Making) -> Value:
    """Noise that is added."""
    return m.add("GaussianNoise", {"deviation": m.layer.number("stddev", 0.1)}, m.input)


def gaussian_dropout(m: Making) -> Value:
    """Noise that is multiplied by."""
    return m.add("GaussianDropout", _rate(m), m.input)


def penalty(m: Making) -> Value:
    """A penalty on what runs through, which is left out."""
    m.note("its penalty on activations is left out")
    return identity(m)


def _rate(m: Making) -> dict[str, float]:
    return {"rate": min(m.layer.number("rate", 0.5), 0.99)}


CONVERTERS = {
    "Dropout": dropout,
    **{f"SpatialDropout{n}D": spatial_dropout for n in (1, 2, 3)},
    "GaussianNoise": gaussian_noise,
    "GaussianDropout": gaussian_dropout,
    "ActivityRegularization": penalty,
}
