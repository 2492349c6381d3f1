"""Attention: each element of a sequence looks at others and takes what it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.blocks.block import Port, ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import Weighted
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class MultiHeadAttention(Weighted):
    """Lets each element of a sequence attend to all elements of the same or another sequence.

    Q, K, V are linear projections of query, context and context, cut into ``heads`` of
    d = features / heads. Each head is softmax(Q K^T / sqrt(d)) V; the heads are joined and
    projected once more. Without ``context`` the query is its own context (self-attention). Causal
    attention sees only the element itself and earlier ones; a ``mask`` hides the elements of the
    context where it is 0, such as padding (where all are hidden, all count alike). With fewer key
    and value heads, neighbouring heads share them. Rotary turns the pairs of each head's Q and K by
    their position, as Rotary embedding does. While training, dropout acts on each attention weight
    by itself.

    ``query`` ``[B, T, F]`` and ``context`` ``[B, S, G]`` float32, ``mask`` ``[B, S]`` int32 or
    float32; output ``[B, T, features]``. With D = features and E = D kv_heads / heads:
    (F + 1) D + 2 (G + 1) E + (D + 1) D trained values, without bias F D + 2 G E + D D.

    Sources: Vaswani et al., Attention is all you need, 2017; Ainslie et al., GQA: Training
    generalized multi-query transformer models, 2023; Su et al., RoFormer, 2021 (rotary).
    """

    kind = "MultiHeadAttention"
    label = "Multi-head attention"
    family = "Attention"
    keywords = (
        *("mha", "self-attention", "cross-attention", "transformer", "causal"),
        *("grouped-query", "gqa", "multi-query", "rope", "rotary", "padding mask"),
    )
    inputs = (
        port("query", 3),
        port("context", 3, optional=True),
        Port("mask", "Mask", frozenset({2}), optional=True),
    )
    keeps_elements = True
    example = {"query": (5, 8)}
    formula = "softmax(Q Kᵀ / √d) V for each head, then a linear projection"

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
    kv_heads: int = param(
        0,
        label="Key and value heads",
        help="Number of heads of keys and values, shared by groups of heads (grouped-query "
        "attention); 0 is as many as Heads.",
        minimum=0,
        advanced=True,
    )
    use_bias: bool = param(
        True, label="Bias", help="Add a trained bias to each of the projections.", advanced=True
    )
    rotary: bool = param(
        False,
        label="Rotary positions",
        help="Turn queries and keys by their position, so that attention sees distances.",
        advanced=True,
    )
    rotary_base: float = param(
        10000.0,
        label="Rotary base",
        help="Pair i turns by position / base^(2 i / d); larger for long sequences.",
        minimum=1.0,
        advanced=True,
    )

    @property
    def changes_while_training(self) -> bool:  # type: ignore[override]
        """Dropout draws random numbers."""
        return self.dropout > 0

    def infer(
        self, query: Tensor, context: Tensor | None = None, mask: Tensor | None = None
    ) -> Tensor:
        self._check_heads()
        seen = context or query
        if self.causal and seen.sizes[0] != query.sizes[0]:
            raise ShapeError(
                f"causal attention needs sequences of one length, not query {query} "
                f"and context {context}",
                "Turn Causal off, or give both the same length.",
            )
        if mask is not None and mask.sizes[0] != seen.sizes[0]:
            raise ShapeError(
                f"Mask is {mask}, but {'context' if context else 'query'} is {seen}",
                f"Give a mask with {seen.sizes[0]} numbers, one for each element to see.",
            )
        return query.with_sizes(query.sizes[0], self.features)

    def _check_heads(self) -> None:
        if self.features % self.heads:
            above = math.ceil(self.features / self.heads) * self.heads
            raise ShapeError(
                f"{self.features} features cannot be shared equally by {self.heads} heads",
                f"Set Features to {above}, or Heads to a divisor of {self.features}.",
            )
        if self.heads % self._kv_heads:
            raise ShapeError(
                f"{self.heads} heads cannot share {self.kv_heads} key and value heads equally",
                f"Set Key and value heads to a divisor of {self.heads}, or to 0.",
            )
        if self.rotary and self._head_features % 2:
            raise ShapeError(
                f"each head has {self._head_features} features, which make no pairs to turn",
                f"Set Features to {2 * self.heads * (self._head_features // 2 + 1)}, "
                "or turn Rotary positions off.",
            )

    @property
    def _kv_heads(self) -> int:
        return self.kv_heads or self.heads

    @property
    def _head_features(self) -> int:
        return self.features // self.heads

    @property
    def _kv_features(self) -> int:
        return self._kv_heads * self._head_features

    def parameters(
        self, query: Tensor, context: Tensor | None = None, mask: Tensor | None = None
    ) -> int:
        seen, bias = context or query, self.use_bias
        own = (query.features + bias + self.features + bias) * self.features
        return own + 2 * (seen.features + bias) * self._kv_features

    def flops(
        self, query: Tensor, context: Tensor | None = None, mask: Tensor | None = None
    ) -> int:
        seen, bias = context or query, self.use_bias
        t, s, d = query.sizes[0], seen.sizes[0], self.features
        from_query = t * d * (2 * query.features + bias)
        from_context = 2 * s * self._kv_features * (2 * seen.features + bias)
        turned = 3 * (t * d + s * self._kv_features) if self.rotary else 0
        attended = 4 * t * s * d + t * s * self.heads
        return from_query + from_context + turned + attended + t * d * (2 * d + bias)

    def layer(
        self, query: Tensor, context: Tensor | None = None, mask: Tensor | None = None
    ) -> Call:
        options: dict[str, Any] = {} if context is None else {"in_kv_features": context.features}
        if self._kv_heads != self.heads:
            options["num_kv_heads"] = self._kv_heads
        if not self.use_bias:
            options["use_bias"] = False
        if self.rotary:
            options["attention_fn"] = call("layers.rotary_attention", self.rotary_base)
        return call(
            "nnx.MultiHeadAttention",
            self.heads,
            query.features,
            qkv_features=self.features,
            out_features=self.features,
            **options,
            dropout_rate=self.dropout,
            broadcast_dropout=False,
            deterministic=False,
            decode=False,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(
        self, query: Tensor, context: Tensor | None = None, mask: Tensor | None = None
    ) -> Call:
        seen = () if context is None else (Name("context"),)
        options: dict[str, Any] = {"is_causal": True} if self.causal else {}
        if mask is not None:
            options = {"mask": self._seen(query.sizes[0])}
        return self.as_float32(call(LAYER, Name("query"), *seen, **options))

    def _seen(self, length: int) -> Call:
        """What each element may look at, by the mask ``[B, S]``: ``[B, 1, 1 or T, S]`` bool."""
        real = call("jnp.expand_dims", call("jnp.not_equal", Name("mask"), 0), (1, 2))
        if not self.causal:
            return real
        earlier = call("jnp.tri", length, dtype=Name("jnp.bool_"))
        return call("jnp.logical_and", real, earlier)
