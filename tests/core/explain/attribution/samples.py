"""Small designs to explain, ready to be asked, with weights of a test's choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from core.design.document import Design
from core.explain.attribution.ask import Attribute
from core.explain.attribution.map import Attribution
from core.train.job import Job
from core.train.state import State
from tests.designs import DIGITS, IRIS, Layer, add, chain, classifier, fit_to_data, recipe, wire
from tests.training import fresh_state, job_of

MOBY: Mapping[str, Any] = {"source": {"kind": "moby_dick", "length": 6}, "split": {}}


class Asked:
    """A design with its first weights, of which questions are asked."""

    def __init__(self, design: Design) -> None:
        self.job: Job = job_of(design)
        self.state: State = fresh_state(self.job.program)

    def __call__(self, method: str, **options: Any) -> Attribution:
        """The answer to a question; what is no field of it is a parameter of the method."""
        own = {k: v for k, v in options.items() if k in Attribute.__dataclass_fields__}
        params = tuple((k, v) for k, v in options.items() if k not in own)
        return Attribute(method, params, **own).answer(self.job, self.state, 0)

    def weights(self, name: str) -> np.ndarray:
        """A trained array by its name."""
        return np.asarray(self.state.params[self.job.program.param_names.index(name)])

    def set(self, **arrays: Any) -> None:
        """Give trained arrays, or what layers keep, other values; names with ``__`` for dots."""
        for name, value in arrays.items():
            dotted = name.replace("__", ".")
            names, held = self.job.program.param_names, self.state.params
            if dotted not in names:
                names, held = self.job.program.rest_names, self.state.rest
            place = names.index(dotted)
            held[place] = jnp.asarray(value, held[place].dtype).reshape(held[place].shape)

    def mean(self) -> np.ndarray:
        """The mean of the training samples that methods take for one."""
        rows = self.job.prepared.splits["train"]
        some = rows[np.linspace(0, len(rows) - 1, min(256, len(rows))).astype(int)]
        column = self.job.program.plan.feeds[self.job.program.plan.inputs[0]]
        found: np.ndarray = self.job.prepared.columns[column][some].mean(axis=0)
        return found


def linear() -> Design:
    """One dense layer on the iris flowers."""
    return classifier(IRIS, ("Dense", {"units": 3}), x="features")


def relu_mlp(*between: Layer) -> Design:
    """Two dense layers on the iris flowers with layers between them."""
    first, last = ("Dense", {"units": 5}), ("Dense", {"units": 3})
    return classifier(IRIS, first, *between, last, x="features")


def deep_cnn(use_bias: bool = True) -> Design:
    """Two convolutions on the handwritten digits."""
    conv = {"kernel_size": (3, 3), "use_bias": use_bias}
    return classifier(
        DIGITS,
        ("Conv", {"filters": 3, **conv}),
        ("Activation", {"function": "relu"}),
        ("MaxPool", {}),
        ("Conv", {"filters": 4, **conv}),
        ("Activation", {"function": "relu"}),
        ("Flatten", {}),
        ("Dense", {"units": 10, "use_bias": use_bias}),
        x="image",
    )


def attending(*behind: Layer, layers: int = 2) -> Design:
    """Predicts the next character at each position, by layers of self-attention.

    ``behind`` are layers between the embedding and them.
    """
    design = Design(data=MOBY, recipe=recipe())
    for kind, name in (("Input", "input"), ("Target", "target")):
        design = add(design, kind, name)
    names = ["input"]
    attention: Layer = ("MultiHeadAttention", {"heads": 2, "features": 8, "causal": True})
    embedding: Layer = ("Embedding", {"vocabulary": 45, "features": 8})
    for kind, params in (embedding, *behind, *[attention] * layers):
        names.append(design.free_name("mha" if kind == attention[0] else kind.lower()))
        design = add(design, kind, names[-1], **params)
        port = "query" if kind == attention[0] else "input"
        design = wire(design, f"{names[-2]} -> {names[-1]}.{port}")
    design = add(add(design, "Dense", "dense", units=45), "CrossEntropy", "loss")
    design = chain(design, names[-1], "dense")
    design = wire(design, "dense -> loss.logits", "target -> loss.target")
    return fit_to_data(design, input="tokens", target="next")


def biased_cnn() -> Asked:
    """``deep_cnn`` with biases that are not zero."""
    made = Asked(deep_cnn())
    generator = np.random.default_rng(3)
    made.set(conv__bias=generator.normal(0, 0.2, 3), conv_2__bias=generator.normal(0, 0.2, 4))
    return made
