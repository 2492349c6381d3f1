"""The score, handed back through the layers to the sample, share by share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.compile.plan import Step
from core.errors import InputError
from core.explain.attribution.graph import behind, leading_to
from core.explain.attribution.looking import block_kind
from core.explain.attribution.method import Method
from core.explain.attribution.points import reduced
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject
    from core.train.job import Job

# What a block does with relevance: shares it out by the epsilon rule, for what is affine in
# evaluation; hands it to where each value came from; or lets it pass.
SHARES, MOVES, PASSES = "shares", "moves", "passes"

WEIGHTED = ("Dense", "DenseGeneral", "Conv", "DepthwiseConv", "ConvTranspose")
_AFFINE = (
    *("SeparableConv", "LocallyConnected", "PatchEmbedding", "BatchNorm", "Affine", "Add"),
    *("Subtract", "Average", "AveragePool", "GlobalAveragePool", "AdaptiveAveragePool"),
    *("PositionalEmbedding", "SinusoidalEncoding", "ClassToken", "StochasticDepth"),
)
_MOVING = (
    *("Flatten", "Reshape", "Permute", "Squeeze", "ExpandDims", "Reroute", "Bypass", "Split"),
    *("Slice", "Reverse", "Concatenate", "Stack", "ZeroPad", "Crop", "MaxPool", "GlobalMaxPool"),
    *("AdaptiveMaxPool", "Dropout", "SpatialDropout", "GaussianNoise", "GaussianDropout"),
    *("GroupInput", "GroupOutput"),
)
_RULES = dict.fromkeys((*WEIGHTED, *_AFFINE), SHARES) | dict.fromkeys(_MOVING, MOVES)
# Functions that rise and are 0 at 0, through which relevance passes as it is.
_RISING = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "tanh", "softsign", "hard_tanh"),
    "linear",
)


@dataclass(frozen=True)
class Lrp(Method):
    """Layer-wise relevance propagation: the score is shared out backwards, layer by layer.

    A value of an affine layer gives its relevance R to its inputs x in proportion to what each
    added to it, x w R / (z + epsilon sign z); what the bias added stays there. Activations let
    relevance pass, a maximum hands it to the largest, and batch normalization counts as part of
    the layer before it.
    """

    kind = "lrp"
    label = "Layer-wise relevance propagation"
    source = "Bach et al., On pixel-wise explanations by layer-wise relevance propagation, 2015"

    epsilon: float = param(
        1e-6,
        label="Epsilon",
        help="Swallows relevance where what was added nearly cancels out; larger values give "
        "sparser maps.",
        minimum=1e-12,
        maximum=10.0,
    )

    def attribute(self, subject: Subject) -> np.ndarray:
        from core.explain.attribution.compute.relevance import relevance

        plan = subject.plan
        reached = behind(plan, subject.places)
        live = [
            step
            for step in leading_to(plan, subject.scored)
            if reached.issuperset(step.outputs) and not set(step.outputs) & set(subject.places)
        ]
        rules = {step.node: self._rule(subject.job, step) for step in live}
        folded = _folded(subject.job, live)
        shares = relevance(subject, live, rules, folded, self.epsilon)
        return reduced(subject, [share[0] for share in shares], self.over_features)

    def _rule(self, job: Job, step: Step) -> str:
        """What a step does with relevance. Raises InputError naming a block without a rule."""
        kind = block_kind(job, step.node)
        block = job.analysis.nodes[step.node].block
        name = job.program.plan.names[step.node]
        function = str(getattr(block, "function", ""))
        if kind == "Activation" and function in _RISING:
            return PASSES
        if kind in _RULES:
            return _RULES[kind]
        label = block.label if block is not None else kind
        what = f"{label} ({function})" if kind == "Activation" else label
        raise InputError(
            f"relevance propagation has no rule for {what}, which {name} is",
            "Use a method for all networks, such as integrated_gradients.",
        )


def _folded(job: Job, steps: list[Step]) -> dict[str, str]:
    """The layers that batch normalizations are part of, by the latter's node."""
    made_by = {end: step for step in steps for end in step.outputs}
    found = {}
    for step in steps:
        if block_kind(job, step.node) != "BatchNorm":
            continue
        (source,) = step.inputs.values()
        before = made_by.get(source)
        readers = [s for s in steps if source in s.inputs.values()]
        if before and len(readers) == 1 and block_kind(job, before.node) in WEIGHTED:
            found[step.node] = before.node
    return found
