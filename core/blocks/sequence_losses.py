"""Losses for sequences of tokens: the next one, hidden ones, and labels without places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.class_metrics import TOP
from core.blocks.losses import FOR_NUMBERS, PER_SAMPLE, Loss, Metric, check_labels
from core.params import param
from core.tensor import Tensor

_HARD = "optax.softmax_cross_entropy_with_integer_labels"


@dataclass(frozen=True)
class NextToken(Loss):
    """Cross-entropy of the next token: what is said at a place is held against the place after it.

    ``logits`` ``[B, T, V]`` float32 (no softmax before), ``tokens`` ``[B, T]`` int32, the same ids
    that the network reads; the logits at place t are compared with token t + 1, those of the last
    place with nothing. The network must not look ahead. A loss ``[B]``, the mean over T - 1 places.
    Nothing is trained. Metrics: accuracy, also among the top 3 and 5, and perplexity, the
    exponential of the mean cross-entropy.

    Sources: Bengio et al., A neural probabilistic language model, 2003; Radford et al., Improving
    language understanding by generative pre-training, 2018.
    """

    kind = "NextToken"
    label = "Next token"
    keywords = ("language model", "gpt", "perplexity", "autoregressive", "causal", "shift")
    inputs = (
        port("logits", 3),
        port("tokens", 2, dtype="int32", remedy="Wire the token ids that the network reads."),
    )
    example = {"logits": (4, 5), "tokens": (4,)}
    prediction = "logits"
    logits = ("logits",)
    formula = "loss = mean over t of -log softmax(logits_t)[token_(t+1)]"

    def infer(self, logits: Tensor, tokens: Tensor) -> Tensor:
        check_labels(logits, tokens)
        if tokens.features < 2:
            raise ShapeError(
                "one token has no next one", "Give each sample a sequence of at least two tokens."
            )
        return PER_SAMPLE

    def _shifted(self, logits: Tensor) -> tuple[Call, Call]:
        length = logits.sizes[0]
        said = call("jax.lax.slice_in_dim", Name("logits"), 0, length - 1, axis=1)
        return said, call("jax.lax.slice_in_dim", Name("tokens"), 1, length, axis=1)

    def forward(self, logits: Tensor, tokens: Tensor) -> Call:
        return call("jnp.mean", call(_HARD, *self._shifted(logits)), axis=1)

    def metrics(self, logits: Tensor, tokens: Tensor) -> Mapping[str, Metric]:
        said, truth = self._shifted(logits)
        right = call("jnp.equal", call("jnp.argmax", said, axis=-1), truth)
        return {
            "accuracy": Metric(call("jnp.mean", right, axis=1)),
            "perplexity": Metric(self.forward(logits, tokens), exponential=True),
            **{
                f"top_{k}_accuracy": Metric(
                    call("jnp.mean", call("layers.in_top", said, truth, k), axis=1),
                    in_training=False,
                )
                for k in TOP
                if k < logits.features
            },
        }

    def probabilities(self, logits: Tensor, tokens: Tensor) -> Call:
        return call("nnx.softmax", Name("logits"), axis=-1)


@dataclass(frozen=True)
class MaskedToken(Loss):
    """Cross-entropy at some places of a sequence only, as BERT learns from hidden words.

    ``logits`` ``[B, T, V]`` float32 (no softmax before), ``target`` ``[B, T]`` int32, the true
    token of each place. Places where the optional ``mask`` ``[B, T]`` is 0, and those whose target
    is the ignored id, do not count. A loss ``[B]``, the mean over the places that count, and 0
    where none does. Nothing is trained. Metric: accuracy over the places that count.

    Source: Devlin et al., BERT: pre-training of deep bidirectional transformers, 2019.
    """

    kind = "MaskedToken"
    label = "Masked token"
    keywords = ("bert", "mlm", "masked language model", "masked lm", "ignore index", "padding")
    inputs = (
        port("logits", 3),
        port("target", 2, dtype="int32", remedy=FOR_NUMBERS),
        port("mask", 2, dtype="", optional=True),
    )
    example = {"logits": (4, 5), "target": (4,)}
    prediction = "logits"
    logits = ("logits",)
    formula = "loss = Σ m_t (-log softmax(logits_t)[target_t]) / Σ m_t"

    ignore_id: int = param(
        -100, label="Ignored id", help="Places with this target do not count; -100: none has it."
    )

    def infer(self, logits: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
        check_labels(logits, target)
        if mask and mask.shape != target.shape:
            raise ShapeError(
                f"mask {mask} does not fit target {target}",
                "Give the mask one number for each token: 1 counts, 0 does not.",
            )
        return PER_SAMPLE

    def _counts(self, mask: Tensor | None) -> Call:
        counts = call("jnp.not_equal", Name("target"), self.ignore_id)
        if mask is None:
            return counts
        return call("jnp.logical_and", counts, call("jnp.not_equal", Name("mask"), 0))

    def forward(self, logits: Tensor, target: Tensor, mask: Tensor | None = None) -> Call:
        counts = self._counts(mask)
        # An ignored id may be no id at all, which cannot be looked up.
        loss = call(_HARD, Name("logits"), call("jnp.where", counts, Name("target"), 0))
        return call("layers.mean_where", loss, counts)

    def metrics(
        self, logits: Tensor, target: Tensor, mask: Tensor | None = None
    ) -> Mapping[str, Metric]:
        right = call("jnp.equal", call("jnp.argmax", Name("logits"), axis=-1), Name("target"))
        return {"accuracy": Metric(call("layers.mean_where", right, self._counts(mask)))}

    def probabilities(self, logits: Tensor, target: Tensor, mask: Tensor | None = None) -> Call:
        return call("nnx.softmax", Name("logits"), axis=-1)


@dataclass(frozen=True)
class CTC(Loss):
    """Connectionist temporal classification: labels in order, at places that nobody knows.

    Sums over all ways to stretch the labels over the steps, with blanks between them; for speech
    and handwriting.

    ``logits`` ``[B, T, C]`` float32 (no softmax before), one of the C classes being the blank;
    ``target`` ``[B, N]`` int32 labels, at most T, shorter ones filled up at the end with the
    padding id. A loss ``[B]``, the negative log-likelihood of all labels; 0 where the labels need
    more steps than there are (two equal ones in a row need a blank between). Nothing is trained.

    Source: Graves et al., Connectionist temporal classification: labelling unsegmented sequence
    data with recurrent neural networks, 2006.
    """

    kind = "CTC"
    label = "CTC"
    keywords = ("speech", "handwriting", "alignment", "ctc_loss", "blank", "transcription")
    inputs = (port("logits", 3), port("target", 2, dtype="int32", remedy=FOR_NUMBERS))
    example = {"logits": (6, 4), "target": (3,)}
    prediction = "logits"
    logits = ("logits",)
    formula = "loss = -log Σ over alignments π of the labels, Π over t of softmax(logits_t)[π_t]"

    blank: int = param(
        0, label="Blank", help="The class that stands for no label at a step.", minimum=0
    )
    padding: int = param(
        0, label="Padding", help="The id that fills up shorter rows of labels; the blank may."
    )

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        steps, classes = logits.sizes
        if self.blank >= classes:
            raise ShapeError(
                f"the blank is class {self.blank}, but the {classes} logits go up to {classes - 1}",
                f"Set Blank to {classes - 1} or less, or give the last layer more units.",
            )
        if target.classes > classes:
            raise ShapeError(
                f"the target has {target.classes} ids, but there are {classes} logits",
                f"Give the last layer a unit for each label and one for the blank, "
                f"at least {target.classes}.",
            )
        if target.features > steps:
            raise ShapeError(
                f"{target.features} labels do not fit into {steps} steps",
                "Shorten the labels, or keep more steps of the sequence.",
            )
        return PER_SAMPLE

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        return call("layers.ctc", Name("logits"), Name("target"), self.blank, self.padding)


def _check_tokens(logits: Tensor, tokens: Tensor) -> None:
    check_labels(logits, tokens)
