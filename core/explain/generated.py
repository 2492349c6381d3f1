"""Samples and texts that a network makes of fixed random numbers. No JAX at import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.design.document import End
from core.errors import InputError
from core.explain.generators import Generator, generator_of, latents_of, text_of
from core.explain.samples import fed
from core.explain.verdicts import chances
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

COUNT = 8
TEXTS, LENGTH = 2, 160
# Larger pictures are thinned out.
_LARGEST = 96


@dataclass(frozen=True, eq=False)
class Samples:
    """``values`` float32 ``[N, ...]`` in the data's units, without what makes pictures too large.

    ``title`` is the node that gives them, ``like`` the column of the data that they look like.
    """

    values: np.ndarray
    title: str
    like: str


@dataclass(frozen=True)
class Texts:
    """How each of some texts goes on after the ``prompt``."""

    prompt: str
    texts: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class AskGenerated(Ask):
    """Let the network generate; the same ``seed`` always means the same random numbers.

    ``prompt`` begins a text, ``""`` for the beginning of a sample of the data; a ``temperature`` of
    0 always takes the likeliest token.
    """

    in_pieces = True

    seed: int = 0
    count: int = COUNT
    prompt: str = ""
    temperature: float = 0.8
    length: int = LENGTH

    def answer(self, job: Job, state: State, step: int) -> Samples | Texts:
        """Raises InputError where nothing is generated, naming what would, or a strange token."""
        maker = generator_of(job)
        if maker is not None:
            return _samples(self, job, state, maker)
        text = text_of(job)
        if text is not None:
            return _texts(self, job, state, *text)
        raise InputError(
            "nothing in this design generates samples",
            "A generator begins at a Noise input, the decoder of a variational autoencoder at "
            "Gaussian sampling, and a text goes on where each place predicts the next token.",
        )


def _samples(ask: AskGenerated, job: Job, state: State, maker: Generator) -> Samples:
    random = np.random.default_rng(ask.seed)
    # Other inputs, such as the class to make, are those of probe samples.
    given = fed(job, np.resize(job.probe_rows(), ask.count))
    for latent in latents_of(job):
        shape = (ask.count, *latent.shape)
        drawn = random.normal(size=shape)
        if latent.distribution == "uniform":
            drawn = random.uniform(-1, 1, size=shape)
        given[latent.end] = drawn.astype(np.float32)
    found = job.program.compute(state, given, (maker.end,))
    made = chances(maker.loss, found) if maker.loss else None
    values = np.asarray(found[maker.end] if made is None else made, np.float32)
    values = values.reshape(ask.count, *maker.shape)
    if made is None:
        mean, deviation = job.prepared.scales.get(maker.column, (0.0, 1.0))
        values = (values * deviation + mean).astype(np.float32)
    if values.ndim == 4:
        stride = -(-max(values.shape[1:3]) // _LARGEST)
        values = values[:, ::stride, ::stride]
    return Samples(values, job.analysis.name_of(maker.end.node), maker.column)


def _texts(ask: AskGenerated, job: Job, state: State, node: str, scores: End) -> Texts:
    column = job.program.plan.feeds[node]
    vocabulary = job.prepared.dataset.columns[column].classes
    rows = np.resize(job.probe_rows(), TEXTS)
    given, read = fed(job, rows), End(node, "output")
    length = given[read].shape[1]
    is_spelled = all(len(token) == 1 for token in vocabulary)
    if ask.prompt:
        begun = encoded(ask.prompt, vocabulary)
    else:
        begun = given[read][0, : max(length // 2, 1)].tolist()
    random = np.random.default_rng(ask.seed)
    made = np.tile(np.array(begun, np.int32), (TEXTS, 1))
    for _ in range(ask.length):
        window = made[:, -length:]
        seen = window.shape[1]
        given[read] = np.pad(window, [(0, 0), (0, length - seen)])
        logits = job.program.compute(state, given, (scores,))[scores][:, seen - 1]
        following = drawn_tokens(logits, ask.temperature, random)
        made = np.concatenate([made, following[:, None]], axis=1)
    between = "" if is_spelled else " "
    texts = tuple(between.join(vocabulary[i] for i in row[len(begun) :]) for row in made)
    return Texts(
        between.join(vocabulary[i] for i in begun), texts, job.analysis.name_of(scores.node)
    )


def encoded(prompt: str, vocabulary: tuple[str, ...]) -> list[int]:
    """The ids of a prompt's characters or, where tokens are longer, of its words.

    Capitals may stand for small letters. Raises InputError naming what is not in the vocabulary.
    """
    ids = {token: number for number, token in enumerate(vocabulary)}
    is_spelled = all(len(token) == 1 for token in vocabulary)
    tokens = list(prompt) if is_spelled else prompt.split()
    found = [ids.get(token, ids.get(token.lower(), -1)) for token in tokens]
    if -1 in found:
        raise InputError(
            f"{tokens[found.index(-1)]!r} is not in the vocabulary of the data",
            "Write the prompt with tokens that the network knows.",
        )
    if not found:
        raise InputError("the prompt has no token", "Write a word or more.")
    return found


def drawn_tokens(logits: np.ndarray, temperature: float, random: np.random.Generator) -> np.ndarray:
    """Ids int32 ``[N]`` drawn by logits ``[N, V]``, the likeliest at temperature 0.

    The largest of logits / temperature plus Gumbel noise is a draw from their softmax.
    """
    wide = logits.astype(np.float64)
    noise = random.gumbel(size=wide.shape)
    if temperature > 0:
        wide = wide / temperature + noise
    return wide.argmax(axis=-1).astype(np.int32)
