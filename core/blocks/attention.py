"""Attention: each element of a sequence looks at others and takes what it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class MultiHeadAttention(Block):
    """Lets each element of a sequence attend to all elements of the same or another sequence.

    Q, K, V are linear projections (with bias) of query, context and context, cut into ``heads`` of
    d = features / heads. Each head is softmax(Q K^T / sqrt(d)) V; the heads are joined and
    projected once more. Without ``context`` the query is its own context (self-attention). Causal
    attention sees only the element itself and earlier ones. While training, dropout acts on each
    attention weight by itself.

    ``query`` ``[B, T, F]`` and ``context`` ``[B, S, G]`` float32; output ``[B, T, features]``. With
    D = features: (F + 1) D + 2 (G + 1) D + (D + 1) D trained values.

    Source: Vaswani et al., Attention is all you need, 2017.
    """

    kind = "MultiHeadAttention"
    label = "Multi-head attention"
    family = "Attention"
    keywords = ("transformer", "self-attention", "cross-attention", "mha", "causal")
    inputs = (port("query", 3), port("context", 3, optional=True))
    example = {"query": (5, 8)}

    heads: int = param(4, label="Heads", help="Number of heads that attend apart.", minimum=1)
    features: int = param(
        64,
        label="Features",
        help="Length of each output vector; must be a multiple of Heads.",
        minimum=1,
    )
    causal: bool = param(
        False, label="Causal", help="Hide later elements, as text generation needs."
    )
    dropout: float = param(
        0.0,
        label="Dropout",
        help="Probability that an attention weight is dropped while training.",
        minimum=0.0,
        maximum=0.99,
    )

    def infer(self, query: Tensor, context: Tensor | None = None) -> Tensor:
        if self.features % self.heads:
            above = math.ceil(self.features / self.heads) * self.heads
            raise ShapeError(
                f"{self.features} features cannot be shared equally by {self.heads} heads",
                f"Set Features to {above}, or Heads to a divisor of {self.features}.",
            )
        if self.causal and context is not None and context.sizes[0] != query.sizes[0]:
            raise ShapeError(
                f"causal attention needs sequences of one length, not query {query} "
                f"and context {context}",
                "Turn Causal off, or give both the same length.",
            )
        return query.with_sizes(query.sizes[0], self.features)

    def parameters(self, query: Tensor, context: Tensor | None = None) -> int:
        seen = context or query
        rows = query.features + 1 + 2 * (seen.features + 1) + self.features + 1
        return rows * self.features

    def flops(self, query: Tensor, context: Tensor | None = None) -> int:
        seen = context or query
        t, s, d = query.sizes[0], seen.sizes[0], self.features
        from_query = t * d * (2 * query.features + 1)
        from_context = 2 * s * d * (2 * seen.features + 1)
        attended = 4 * t * s * d + t * s * self.heads
        return from_query + from_context + attended + t * d * (2 * d + 1)

    def layer(self, query: Tensor, context: Tensor | None = None) -> Call:
        other = {} if context is None else {"in_kv_features": context.features}
        return call(
            "nnx.MultiHeadAttention",
            self.heads,
            query.features,
            qkv_features=self.features,
            out_features=self.features,
            **other,
            dropout_rate=self.dropout,
            broadcast_dropout=False,
            deterministic=False,
            decode=False,
            rngs=RNGS,
        )

    def forward(self, query: Tensor, context: Tensor | None = None) -> Call:
        seen = () if context is None else (Name("context"),)
        options: dict[str, Any] = {"is_causal": True} if self.causal else {}
        return call(LAYER, Name("query"), *seen, **options)
