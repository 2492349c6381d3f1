"""Published convolutional networks as designs, wired by the edits of the editor.

Sizes and order of layers are those of torchvision's models, whose counts are published. Nets that
pad by a number a side use EXPLICIT padding, as they would after an import.
"""

from __future__ import annotations

from typing import Any

from core.design import edits
from core.design.document import Design, End


class Sketch:
    """A design that grows node by node; each step gives the node's id, so branches can start there.

    Nodes that take several inputs have the ports input_1, input_2 and so on.
    """

    def __init__(self, name: str, *shape: int) -> None:
        self.design = Design(name=name)
        self.end = self.add("Input", shape=shape)

    def add(self, kind: str, *sources: str, **params: Any) -> str:
        """A node wired to these sources."""
        node = edits.new_node(self.design, kind, **params)
        position = (160.0 * len(self.design.nodes), 0.0)
        self.design = edits.add_node(self.design, node, position)
        ports = ["input"] if len(sources) < 2 else [f"input_{i + 1}" for i in range(len(sources))]
        for port, source in zip(ports, sources, strict=False):
            self.design = edits.connect(self.design, End(source, "output"), End(node.id, port))
        return node.id

    def then(self, kind: str, **params: Any) -> Sketch:
        """One more node behind the last one."""
        self.end = self.add(kind, self.end, **params)
        return self

    def join(self, kind: str, *others: str) -> Sketch:
        """The last node's output joined with others by Add or Concatenate."""
        self.end = self.add(kind, *others, self.end)
        return self

    def conv(self, filters: int, size: int, stride: int = 1, pads: int = 0) -> Sketch:
        """A convolution with a bias."""
        return self.then("Conv", filters=filters, **_window(size, stride, pads))

    def relu(self) -> Sketch:
        """A rectifier."""
        return self.then("Activation", function="relu")

    def relu6(self) -> Sketch:
        """A rectifier that goes no higher than 6."""
        return self.then("Activation", function="relu6")

    def conv_norm(self, filters: int, size: int, stride: int = 1, pads: int = 0) -> Sketch:
        """A convolution without a bias, and batch normalisation."""
        window = _window(size, stride, pads)
        return self.then("Conv", filters=filters, use_bias=False, **window).then("BatchNorm")

    def max_pool(self, size: int, stride: int, pads: int = 0, **options: Any) -> Sketch:
        """Max pooling."""
        padding = {"padding": "EXPLICIT", "pads": (pads,)} if pads else {}
        return self.then("MaxPool", window=(size,), strides=(stride,), **padding, **options)


def _window(size: int, stride: int, pads: int) -> dict[str, Any]:
    return {
        "kernel_size": (size,),
        "strides": (stride,),
        "padding": "EXPLICIT",
        "pads": (pads,),
    }


def lenet_5() -> Design:
    """LeCun et al., 1998, in today's usual form: third layer wholly connected, a plain last one."""
    net = Sketch("LeNet-5", 32, 32, 1)
    for filters in (6, 16):
        net.conv(filters, 5).then("Activation", function="tanh").then("AveragePool")
    net.then("Flatten")
    for units in (120, 84):
        net.then("Dense", units=units).then("Activation", function="tanh")
    return net.then("Dense", units=10).design


def alexnet() -> Design:
    """Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014."""
    net = Sketch("AlexNet", 224, 224, 3)
    net.conv(64, 11, 4, 2).relu().max_pool(3, 2)
    net.conv(192, 5, 1, 2).relu().max_pool(3, 2)
    for filters in (384, 256, 256):
        net.conv(filters, 3, 1, 1).relu()
    net.max_pool(3, 2).then("AdaptiveAveragePool", output_size=(6,)).then("Flatten")
    for _ in range(2):
        net.then("Dropout").then("Dense", units=4096).relu()
    return net.then("Dense", units=1000).design


def vgg_16() -> Design:
    """Simonyan and Zisserman, Very deep convolutional networks, 2015."""
    net = Sketch("VGG-16", 224, 224, 3)
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            net.conv(filters, 3, 1, 1).relu()
        net.max_pool(2, 2)
    net.then("AdaptiveAveragePool", output_size=(7,)).then("Flatten")
    for _ in range(2):
        net.then("Dense", units=4096).relu().then("Dropout")
    return net.then("Dense", units=1000).design


def resnet(name: str, blocks: tuple[int, ...], bottleneck: bool) -> Design:
    """He et al., Deep residual learning, 2016; the stride is in the 3 x 3 convolution."""
    net = Sketch(name, 224, 224, 3)
    net.conv_norm(64, 7, 2, 3).relu().max_pool(3, 2, 1)
    channels, wide = 64, 4 if bottleneck else 1
    for stage, count in enumerate(blocks):
        filters = 64 * 2**stage
        for index in range(count):
            stride = 2 if stage and not index else 1
            start = net.end
            if bottleneck:
                net.conv_norm(filters, 1).relu().conv_norm(filters, 3, stride, 1).relu()
                net.conv_norm(filters * wide, 1)
            else:
                net.conv_norm(filters, 3, stride, 1).relu().conv_norm(filters, 3, 1, 1)
            made = net.end
            if stride > 1 or channels != filters * wide:
                net.end = start
                start = net.conv_norm(filters * wide, 1, stride).end
            net.end, channels = made, filters * wide
            net.join("Add", start).relu()
    return net.then("GlobalAveragePool").then("Dense", units=1000).design


def mobilenet_v2() -> Design:
    """Sandler et al., MobileNetV2: inverted residuals and linear bottlenecks, 2018."""
    net = Sketch("MobileNetV2", 224, 224, 3)
    net.conv_norm(32, 3, 2, 1).relu6()
    channels = 32
    table = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2))
    for expansion, filters, count, first in (*table, (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for index in range(count):
            start, stride = net.end, 1 if index else first
            if expansion > 1:
                net.conv_norm(channels * expansion, 1).relu6()
            net.then("DepthwiseConv", use_bias=False, **_window(3, stride, 1))
            net.then("BatchNorm").relu6().conv_norm(filters, 1)
            if index:
                net.join("Add", start)
            channels = filters
    net.conv_norm(1280, 1).relu6().then("GlobalAveragePool").then("Dropout", rate=0.2)
    return net.then("Dense", units=1000).design


def squeezenet_1_1() -> Design:
    """Iandola et al., SqueezeNet, 2016, in the authors' version 1.1."""
    net = Sketch("SqueezeNet 1.1", 224, 224, 3)
    net.conv(64, 3, 2).relu()
    stages = (((16, 64), (16, 64)), ((32, 128), (32, 128)), ((48, 192),) * 2 + ((64, 256),) * 2)
    for stage in stages:
        net.max_pool(3, 2, ceil_mode=True)
        for squeezed, expanded in stage:
            start = net.conv(squeezed, 1).relu().end
            narrow = net.conv(expanded, 1).relu().end
            net.end = start
            net.conv(expanded, 3, 1, 1).relu().join("Concatenate", narrow)
    return net.then("Dropout").conv(1000, 1).relu().then("GlobalAveragePool").design


def densenet_121() -> Design:
    """Huang et al., Densely connected convolutional networks, 2017."""
    net = Sketch("DenseNet-121", 224, 224, 3)
    net.conv_norm(64, 7, 2, 3).relu().max_pool(3, 2, 1)
    channels, growth = 64, 32
    plain = {"use_bias": False}
    for stage, count in enumerate((6, 12, 24, 16)):
        if stage:
            channels //= 2
            net.then("BatchNorm").relu().then("Conv", filters=channels, kernel_size=(1,), **plain)
            net.then("AveragePool")
        for _ in range(count):
            start = net.end
            net.then("BatchNorm").relu().conv_norm(4 * growth, 1).relu()
            net.then("Conv", filters=growth, **_window(3, 1, 1), **plain)
            net.join("Concatenate", start)
            channels += growth
    net.then("BatchNorm").relu().then("GlobalAveragePool")
    return net.then("Dense", units=1000).design
