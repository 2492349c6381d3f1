"""Networks as PyTorch people write them, small, with random weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class SmallCnn(nn.Module):
    """Convolutions, pooling, and a flattened image that a linear layer reads."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(8 * 3 * 2, 12)
        self.fc2 = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(functional.relu(self.conv1(x)))
        x = functional.leaky_relu(self.conv2(x), 0.2)
        return self.fc2(torch.tanh(self.fc1(torch.flatten(x, 1))))


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut, as in ResNet-18."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    """ResNet-18 with a choice of width, named as torchvision names it."""

    def __init__(self, width: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = width
        for number in range(1, 5):
            outputs = width * 2 ** (number - 1)
            stride = 1 if number == 1 else 2
            blocks = (BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1))
            self.add_module(f"layer{number}", nn.Sequential(*blocks))
            inputs = outputs
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for number in range(1, 5):
            x = getattr(self, f"layer{number}")(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


class SqueezeExcite(nn.Module):
    """The gate of MobileNetV3, of convolutions over a single place."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, channels // 2, 1)
        self.fc2 = nn.Conv2d(channels // 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * functional.hardsigmoid(self.fc2(functional.relu(self.fc1(self.avgpool(x)))))


class InvertedResidual(nn.Module):
    """A wide, depthwise and narrow convolution, as in MobileNetV2 and V3."""

    def __init__(self, inputs: int, outputs: int, stride: int, v3: bool) -> None:
        super().__init__()
        hidden = inputs * 4
        act: type[nn.Module] = nn.Hardswish if v3 else nn.ReLU6
        gate = [SqueezeExcite(hidden)] if v3 else []
        self.conv = nn.Sequential(
            *(nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), act()),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
            *(nn.BatchNorm2d(hidden), act(), *gate),
            *(nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs)),
        )
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.shortcut else self.conv(x)


class MobileNet(nn.Module):
    """MobileNetV2, or with gates and hard swish as V3 has them."""

    def __init__(self, v3: bool = False) -> None:
        super().__init__()
        act: type[nn.Module] = nn.Hardswish if v3 else nn.ReLU6
        self.features = nn.Sequential(
            nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), act()),
            InvertedResidual(8, 8, 1, v3),
            InvertedResidual(8, 12, 2, v3),
            InvertedResidual(12, 12, 1, v3),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(12, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean([2, 3]))


class Recurrent(nn.Module):
    """A recurrent layer whose last step is classified."""

    def __init__(self, kind: str, both: bool = False, layers: int = 1, first: bool = True) -> None:
        super().__init__()
        made = getattr(nn, kind)
        self.rnn = made(3, 4, layers, batch_first=first, bidirectional=both)
        self.fc = nn.Linear(8 if both else 4, 2)
        self.first = first

    def forward(self, x: Tensor) -> Tensor:
        steps, _ = self.rnn(x)
        return self.fc(steps[:, -1] if self.first else steps[-1])


class LastState(nn.Module):
    """A tagger of every step, and a classifier of an LSTM's last states."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        _, (state, _) = self.rnn(x)
        return self.fc(torch.cat([state[0], state[1]], dim=1))


class Embeddings(nn.Module):
    """Words, positions and segments, as in BERT."""

    def __init__(self, vocabulary: int, length: int, features: int) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, features)
        self.position_embeddings = nn.Embedding(length, features)
        self.token_type_embeddings = nn.Embedding(2, features)
        self.LayerNorm = nn.LayerNorm(features, eps=1e-12)
        self.register_buffer("position_ids", torch.arange(length).expand((1, -1)))

    def forward(self, ids: Tensor) -> Tensor:
        length = ids.shape[1]
        kinds = torch.zeros_like(ids)
        places = self.position_ids[:, :length]
        total = self.word_embeddings(ids) + self.token_type_embeddings(kinds)
        return self.LayerNorm(total + self.position_embeddings(places))


class SelfAttention(nn.Module):
    """Attention written out, as HuggingFace's BERT has it."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, features // heads
        self.query = nn.Linear(features, features)
        self.key = nn.Linear(features, features)
        self.value = nn.Linear(features, features)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], self.heads, self.size).permute(0, 2, 1, 3)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        q, k, v = (self._split(part(x)) for part in (self.query, self.key, self.value))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(self.size)
        if mask is not None:
            scores = scores + mask
        seen = torch.matmul(functional.softmax(scores, dim=-1), v)
        seen = seen.permute(0, 2, 1, 3).contiguous()
        return seen.view(*seen.shape[:-2], self.heads * self.size)


class BertLayer(nn.Module):
    """Attention and two linear layers, each with a residual and a norm after it."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.self = SelfAttention(features, heads)
        self.dense = nn.Linear(features, features)
        self.norm1 = nn.LayerNorm(features, eps=1e-12)
        self.intermediate = nn.Linear(features, 2 * features)
        self.output = nn.Linear(2 * features, features)
        self.norm2 = nn.LayerNorm(features, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = self.norm1(self.dense(self.self(x, mask)) + x)
        return self.norm2(self.output(functional.gelu(self.intermediate(x))) + x)


class Bert(nn.Module):
    """A small BERT with a pooler over its first token."""

    def __init__(self, masked: bool = False) -> None:
        super().__init__()
        self.embeddings = Embeddings(30, 6, 8)
        self.layer = nn.ModuleList(BertLayer(8, 2) for _ in range(2))
        self.pooler = nn.Linear(8, 8)
        self.masked = masked

    def forward(self, ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        x = self.embeddings(ids)
        mask = None
        if attention_mask is not None:
            mask = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * -10000.0
        for layer in self.layer:
            x = layer(x, mask)
        return torch.tanh(self.pooler(x[:, 0]))


class TorchEncoder(nn.Module):
    """PyTorch's own encoder layers over embedded tokens."""

    def __init__(self, norm_first: bool = False) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        layer = nn.TransformerEncoderLayer(
            8, 2, 16, batch_first=True, activation="gelu", norm_first=norm_first
        )
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.encoder(self.embed(ids)).mean(dim=1))


class Gpt(nn.Module):
    """A causal decoder in the way of GPT-2: one projection for query, key and value."""

    def __init__(self) -> None:
        super().__init__()
        self.wte = nn.Embedding(20, 8)
        self.wpe = nn.Embedding(6, 8)
        self.ln_1 = nn.LayerNorm(8)
        self.c_attn = nn.Linear(8, 24)
        self.c_proj = nn.Linear(8, 8)
        self.ln_2 = nn.LayerNorm(8)
        self.c_fc = nn.Linear(8, 16)
        self.mlp_proj = nn.Linear(16, 8)
        self.register_buffer("bias", torch.tril(torch.ones(6, 6, dtype=torch.bool)))

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], 2, 4).transpose(1, 2)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.wte(ids) + self.wpe(torch.arange(6))
        q, k, v = map(self._heads, self.c_attn(self.ln_1(x)).split(8, dim=2))
        scores = (q @ k.transpose(-2, -1)) * 0.5
        scores = scores.masked_fill(~self.bias, float("-inf"))
        seen = (functional.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(x.shape)
        x = x + self.c_proj(seen)
        return x + self.mlp_proj(functional.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class Vit(nn.Module):
    """A vision transformer: patches, a class token, positions and PyTorch's encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, 8))
        self.pos_embed = nn.Parameter(torch.randn(1, 5, 8))
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1)
        return self.head(self.encoder(x + self.pos_embed)[:, 0])


class UNet(nn.Module):
    """Down and up again, with a connection across."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(1, 4, 3, padding=1)
        self.inner = nn.Conv2d(4, 6, 3, padding=1)
        self.up = nn.ConvTranspose2d(6, 4, 2, 2)
        self.out = nn.Conv2d(8, 2, 1)
        self.resize = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x: Tensor) -> Tensor:
        first = functional.elu(self.down(x))
        inner = functional.silu(self.inner(functional.avg_pool2d(first, 2)))
        return self.resize(self.out(torch.cat([self.up(inner), first], dim=1)))


class ShuffleUnit(nn.Module):
    """Channels split, worked on in groups and shuffled."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.norm = nn.GroupNorm(2, 8)
        self.prelu = nn.PReLU(8)

    def forward(self, x: Tensor) -> Tensor:
        first, second = x.chunk(2, dim=1)
        x = torch.cat([first, self.conv(second)], dim=1)
        b, c, h, w = x.shape
        x = x.view(b, 2, c // 2, h, w).transpose(1, 2).reshape(b, c, h, w)
        return self.prelu(self.norm(x))
