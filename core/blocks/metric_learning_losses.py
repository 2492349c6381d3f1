"""Losses that learn distances: what belongs together shall lie close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.losses import PER_SAMPLE, Loss, Metric, check_same, per_sample
from core.params import param
from core.tensor import Tensor


def _margin(default: float) -> float:
    return param(default, label="Margin", help="How far apart is far enough.", minimum=0.0)


@dataclass(frozen=True)
class CosineSimilarityLoss(Loss):
    """One minus the cosine of the angle between two vectors; lengths do not matter.

    ``prediction`` and ``target`` float32 of one shape ``[B, ..., F]``, vectors on the last axis; a
    loss ``[B]``, the mean over a sample's vectors. The optional ``similar`` ``[B]`` is 1 for pairs
    that belong together and 0 for others, whose cosine is pushed below the margin. Nothing is
    trained. Metric: cosine, the mean cosine of the angle.

    Source: Salton, Automatic information organization and retrieval, 1968 (cosine as a measure of
    similarity).
    """

    kind = "CosineSimilarityLoss"
    label = "Cosine similarity"
    keywords = ("angle", "embedding", "cosine_embedding_loss", "similarity")
    inputs = (
        port("prediction", 2, 3, 4, 5),
        port("target", 2, 3, 4, 5),
        port("similar", 1, dtype="", optional=True),
    )
    example = {"prediction": (4,), "target": (4,)}
    prediction = "prediction"
    formula = "loss = 1 - cos(prediction, target)\nof unlike pairs: max(0, cos - margin)"

    margin: float = param(
        0.0,
        label="Margin",
        help="Cosine that unlike pairs may have.",
        minimum=-1.0,
        maximum=1.0,
        advanced=True,
    )

    def infer(self, prediction: Tensor, target: Tensor, similar: Tensor | None = None) -> Tensor:
        check_same(prediction=prediction, target=target)
        return PER_SAMPLE

    def forward(self, prediction: Tensor, target: Tensor, similar: Tensor | None = None) -> Call:
        cosine = call("layers.cosine", Name("prediction"), Name("target"))
        like = per_sample(call("jnp.subtract", 1.0, cosine), target.rank - 1)
        if similar is None:
            return like
        unlike = per_sample(
            call("nnx.relu", call("jnp.subtract", cosine, self.margin)), target.rank - 1
        )
        return call("jnp.where", call("jnp.greater", Name("similar"), 0.5), like, unlike)

    def metrics(
        self, prediction: Tensor, target: Tensor, similar: Tensor | None = None
    ) -> Mapping[str, Metric]:
        cosine = call("layers.cosine", Name("prediction"), Name("target"))
        return {"cosine": Metric(per_sample(cosine, target.rank - 1))}


@dataclass(frozen=True)
class TripletLoss(Loss):
    """Pulls an anchor to its like and away from its unlike, until they differ by a margin.

    ``anchor``, ``positive`` and ``negative`` float32 of one shape ``[B, F]``, best from one network
    whose weights are shared; a loss ``[B]``. Distances: euclidean, squared_euclidean or cosine (one
    minus the cosine). Nothing is trained. Metric: accuracy, the share of triplets whose positive
    lies nearer.

    Source: Schroff et al., FaceNet: a unified embedding for face recognition and clustering, 2015.
    """

    kind = "TripletLoss"
    label = "Triplet"
    keywords = ("facenet", "embedding", "anchor", "siamese", "metric learning")
    inputs = (port("anchor", 2), port("positive", 2), port("negative", 2))
    example = {"anchor": (4,), "positive": (4,), "negative": (4,)}
    prediction = "anchor"
    formula = "loss = max(0, d(anchor, positive) - d(anchor, negative) + margin)"

    margin: float = _margin(1.0)
    distance: str = param(
        "euclidean",
        label="Distance",
        help="How far two vectors are apart.",
        choices=("euclidean", "squared_euclidean", "cosine"),
    )

    def infer(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        check_same(anchor=anchor, positive=positive, negative=negative)
        return PER_SAMPLE

    def _distance(self, other: str) -> Call:
        if self.distance == "cosine":
            return call("jnp.subtract", 1.0, call("layers.cosine", Name("anchor"), Name(other)))
        return call(f"layers.{self.distance}", Name("anchor"), Name(other))

    def _gap(self) -> Call:
        return call("jnp.subtract", self._distance("positive"), self._distance("negative"))

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Call:
        return call("nnx.relu", call("jnp.add", self._gap(), self.margin))

    def metrics(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Mapping[str, Metric]:
        return {"accuracy": Metric(call("jnp.less", self._gap(), 0))}


@dataclass(frozen=True)
class ContrastiveLoss(Loss):
    """Pulls pairs together that belong together, and others apart up to a margin.

    ``first`` and ``second`` float32 of one shape ``[B, F]``, best from one network whose weights
    are shared; ``target`` ``[B]``, 1 for pairs that belong together, 0 for others; a loss ``[B]``.
    Nothing is trained. Metric: accuracy, where half the margin tells like from unlike.

    Source: Hadsell et al., Dimensionality reduction by learning an invariant mapping, 2006.
    """

    kind = "ContrastiveLoss"
    label = "Contrastive pairs"
    keywords = ("siamese", "hadsell", "pairs", "embedding", "metric learning")
    inputs = (port("first", 2), port("second", 2), port("target", 1, dtype=""))
    example = {"first": (4,), "second": (4,), "target": ()}
    prediction = "first"
    formula = "d = ‖first - second‖\nloss = t d² / 2 + (1 - t) max(0, margin - d)² / 2"

    margin: float = _margin(1.0)

    def infer(self, first: Tensor, second: Tensor, target: Tensor) -> Tensor:
        check_same(first=first, second=second)
        if target.classes > 2:
            raise ShapeError(
                f"the target has {target.classes} classes, not two",
                "Wire a target that is 1 for like pairs and 0 for others.",
            )
        return PER_SAMPLE

    def forward(self, first: Tensor, second: Tensor, target: Tensor) -> Call:
        return call(
            "layers.contrastive", Name("first"), Name("second"), Name("target"), self.margin
        )

    def metrics(self, first: Tensor, second: Tensor, target: Tensor) -> Mapping[str, Metric]:
        distance = call("layers.euclidean", Name("first"), Name("second"))
        near = call("jnp.less", distance, self.margin / 2)
        like = call("jnp.greater", Name("target"), 0.5)
        return {"accuracy": Metric(call("jnp.equal", near, like))}


@dataclass(frozen=True)
class InfoNCE(Loss):
    """Contrasts each pair with all other samples of the batch, as CLIP and SimCLR learn.

    ``first`` and ``second`` float32 ``[B, F]`` are two views of each sample; a loss ``[B]``, which
    depends on the whole batch: larger batches are harder. Negatives ``other_view`` are the other
    samples' second views for a first one and the reverse (CLIP); ``both_views`` takes the other
    samples' views of either kind (NT-Xent of SimCLR). Nothing is trained. Metric: accuracy, the
    share of first views whose own second view is the nearest of all.

    Sources: van den Oord et al., Representation learning with contrastive predictive coding, 2018;
    Chen et al., A simple framework for contrastive learning of visual representations, 2020.
    """

    kind = "InfoNCE"
    label = "InfoNCE"
    keywords = ("nt-xent", "simclr", "clip", "contrastive", "self-supervised", "batch")
    inputs = (port("first", 2), port("second", 2))
    example = {"first": (4,), "second": (4,)}
    prediction = "first"
    across_batch = True
    formula = (
        "s_ij = sim(first_i, second_j) / τ\n"
        "loss_i = -(log softmax_j(s_ij)_i + log softmax_j(s_ji)_i) / 2"
    )

    temperature: float = param(
        0.1, label="Temperature", help="τ: small values look at the nearest alone.", minimum=0.001
    )
    similarity: str = param(
        "cosine",
        label="Similarity",
        help="cosine brings all vectors to length 1 first, dot takes them as they are.",
        choices=("cosine", "dot"),
    )
    negatives: str = param(
        "other_view",
        label="Negatives",
        help="What a view is held against: the other samples' other views, or both their views.",
        choices=("other_view", "both_views"),
    )

    def infer(self, first: Tensor, second: Tensor) -> Tensor:
        check_same(first=first, second=second)
        return PER_SAMPLE

    def _views(self) -> tuple[Call | Name, Call | Name]:
        first, second = Name("first"), Name("second")
        if self.similarity == "dot":
            return first, second
        return call("layers.unit_vectors", first), call("layers.unit_vectors", second)

    def forward(self, first: Tensor, second: Tensor) -> Call:
        both = self.negatives == "both_views"
        return call("layers.info_nce", *self._views(), self.temperature, both_views=both)

    def metrics(self, first: Tensor, second: Tensor) -> Mapping[str, Metric]:
        return {"accuracy": Metric(call("layers.finds_own_pair", *self._views()))}
