"""The networks of the training benchmark in PyTorch, with a loop as an expert writes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.benchmarks.figure import seconds
from tests.benchmarks.training_cases import BATCH, CLASSES, LEARNING_RATE, Case, read
from tests.benchmarks.training_round import Rounds


def serve(name: str, case: Case, file: Path, rounds: Rounds) -> None:
    """Do rounds of training as they are asked for."""
    torch.set_num_threads(os.cpu_count() or 1)
    x, label = map(torch.from_numpy, read(file))
    if x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    model, label = _NETWORKS[name](), label.long()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, LEARNING_RATE)
    rounds.ready(sum(p.numel() for p in trained))

    def work() -> None:
        right = torch.zeros((), dtype=torch.int64)
        for _ in range(case.epochs):
            for rows in torch.randperm(case.samples).split(BATCH):
                truth = label[rows]
                logits = model(x[rows])
                loss = functional.cross_entropy(logits, truth)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                right += (logits.argmax(1) == truth).sum()

    while rounds.wait():
        rounds.done(seconds(work))


def _mlp() -> nn.Module:
    return nn.Sequential(
        *(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU()),
        nn.Linear(128, CLASSES),
    )


def _lenet() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU()),
        nn.Linear(84, CLASSES),
    ).to(memory_format=torch.channels_last)


class Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(32, 64, batch_first=True)
        # The second bias says nothing that the first does not.
        self.lstm.bias_hh_l0.requires_grad_(False).zero_()
        self.last = nn.Linear(64, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.lstm(x)[0][:, -1])


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.norm_1, self.norm_2 = nn.LayerNorm(64), nn.LayerNorm(64)
        self.wide, self.narrow = nn.Linear(64, 256), nn.Linear(256, 64)
        self.last = nn.Linear(64, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm_1(x + self.attention(x, x, x, need_weights=False)[0])
        x = self.norm_2(x + self.narrow(functional.relu(self.wide(x))))
        return self.last(x.mean(1))


def _conv_norm(channels: int, filters: int, size: int, stride: int = 1) -> nn.Module:
    conv = nn.Conv2d(channels, filters, size, stride, (size - 1) // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(filters))


class Residual(nn.Module):
    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.first = _conv_norm(channels, filters, 3, stride)
        self.second = _conv_norm(filters, filters, 3)
        self.shortcut = _conv_norm(channels, filters, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        inner = self.second(functional.relu(self.first(x), inplace=True))
        return functional.relu(inner + self.shortcut(x), inplace=True)


def _resnet18() -> nn.Module:
    blocks = [Residual(64, 64, 1), Residual(64, 64, 1)]
    for filters in (128, 256, 512):
        blocks += [Residual(filters // 2, filters, 2), Residual(filters, filters, 1)]
    net = nn.Sequential(
        *(_conv_norm(3, 64, 3), nn.ReLU(inplace=True), *blocks),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, CLASSES)),
    )
    return net.to(memory_format=torch.channels_last)


_NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "mlp": _mlp,
    "lenet": _lenet,
    "lstm": Lstm,
    "attention": Attention,
    "resnet18": _resnet18,
}
