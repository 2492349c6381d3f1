"""Attention rollout against the paper's product, computed from the weights by NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from core.design import edits
from core.design.document import End
from core.errors import InputError
from tests.core.explain.attribution.samples import Asked, attending
from tests.designs import DIGITS, add, classifier


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked(attending())


def softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    found: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return found


def attended(asked: Asked, name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Attention weights ``[T, T]``, averaged over heads, and the output of a causal layer."""
    q, k, v = (
        np.einsum("tf,fhd->htd", x, asked.weights(f"{name}.{part}.kernel"))
        + asked.weights(f"{name}.{part}.bias")[:, None]
        for part in ("query", "key", "value")
    )
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    weights = softmax(np.where(np.tri(len(x), dtype=bool), scores, -np.inf))
    out = np.einsum("htd,hdf->tf", weights @ v, asked.weights(f"{name}.out.kernel"))
    return weights.mean(axis=0), out + asked.weights(f"{name}.out.bias")


@pytest.mark.parametrize(("residual", "read_from"), [(0.5, "auto"), (0.2, "mean"), (0.5, "first")])
def test_it_is_the_product_of_the_layers(asked: Asked, residual: float, read_from: str) -> None:
    found = asked("attention_rollout", number=1, residual=residual, read_from=read_from)
    x = asked.weights("embedding.embedding")[found.sample]
    first, x = attended(asked, "mha", x)
    second, _ = attended(asked, "mha_2", x)
    mixed = [(1 - residual) * a + residual * np.eye(6) for a in (first, second)]
    whole = mixed[1] @ mixed[0]
    wanted = {"auto": whole[-1], "mean": whole.mean(axis=0), "first": whole[0]}[read_from]
    np.testing.assert_allclose(found.values, wanted, rtol=1e-4, atol=1e-6)
    assert found.values.sum() == pytest.approx(1, rel=1e-5)
    assert (found.kind, len(found.tokens)) == ("tokens", 6)


def test_patches_of_an_image_become_blocks_of_its_pixels() -> None:
    layers = (
        ("PatchEmbedding", {"patch_size": (4,), "features": 8}),
        ("ClassToken", {}),
        ("Reroute", {}),
        ("Slice", {"axis": 1, "stop": 1}),
        ("Flatten", {}),
        ("Dense", {"units": 10}),
    )
    design = classifier(DIGITS, *layers, x="image")
    design = add(design, "MultiHeadAttention", "mha", heads=1, features=8)
    design = edits.connect(design, End("reroute", "output"), End("mha", "query"))
    design = edits.connect(design, End("mha", "output"), End("slice", "input"))
    asked = Asked(design)
    found = asked("attention_rollout", number=0)
    assert found.values.shape == (8, 8)
    blocks = found.values.reshape(2, 4, 2, 4)
    assert (np.ptp(blocks, axis=(1, 3)) == 0).all()
    x = found.sample.reshape(2, 4, 2, 4, 1).transpose(0, 2, 1, 3, 4).reshape(4, 16)
    kernel = asked.weights("patchembedding.kernel").reshape(16, 8)
    x = x @ kernel + asked.weights("patchembedding.bias")
    x = np.concatenate([asked.weights("classtoken.token")[0], x])
    q, k = (x @ asked.weights(f"mha.{n}.kernel")[:, 0] for n in ("query", "key"))
    row = softmax(q @ k.T / np.sqrt(8))[0]
    np.testing.assert_allclose(blocks[:, 0, :, 0].ravel(), row[1:] / 2, rtol=1e-4, atol=1e-6)


def test_designs_without_attention_are_told() -> None:
    layers = (("Flatten", {}), ("Dense", {"units": 10}))
    asked = Asked(classifier(DIGITS, *layers, x="image"))
    with pytest.raises(InputError, match="no Multi-head attention leads to the prediction"):
        asked("attention_rollout")
