"""One block's help page as HTML: picture, formula, shapes, parameters and source."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from core.blocks.block import Block, ShapeError
from core.params import Param
from core.tensor import Tensor

PICTURES = Path(__file__).parent.parent / "resources" / "blocks"


def block_page(cls: type[Block]) -> str:
    """The page of a block of the catalogue."""
    summary, body, source = _docstring(cls)
    parts = [f"<h2>{html.escape(cls.label)}</h2>", _paragraph(summary)]
    picture = PICTURES / f"{cls.kind}.png"
    if picture.is_file():
        parts.append(f"<p><img src='{picture.as_uri()}' height='96'></p>")
    if cls.formula:
        lines = "<br>".join(map(_code, cls.formula.splitlines()))
        parts.append(f"<p>{lines}</p>")
    parts += map(_paragraph, body)
    example = _example(cls)
    if example:
        parts.append(f"<h3>For example</h3><p>{example}</p>")
    parts.append(_parameters(cls))
    if source:
        parts.append(f"<h3>Source</h3>{_paragraph(source)}")
    return "".join(parts)


def source_of(cls: type[Block]) -> str:
    """Where a block comes from, as its docstring says; empty if it does not."""
    return _docstring(cls)[2]


def _docstring(cls: type[Block]) -> tuple[str, list[str], str]:
    """A block's docstring as first paragraph, those after it, and what its source is."""
    paragraphs = [" ".join(p.split()) for p in (inspect.getdoc(cls) or "").split("\n\n")]
    sources = [p for p in paragraphs if re.match("Sources?[: ]", p)]
    body = [p for p in paragraphs[1:] if p not in sources]
    source = " ".join(re.sub("^Sources?: *", "", p) for p in sources)
    return paragraphs[0], body, source[:1].upper() + source[1:]


def _paragraph(text: str) -> str:
    marked = re.sub("``(.+?)``", r"<code>\1</code>", html.escape(text))
    return f"<p>{marked}</p>"


def _code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def _example(cls: type[Block]) -> str:
    """The shapes and counts of a small instance, worked out by the block's own rules."""
    block = cls()
    dtypes = {p.name: p.dtype or "float32" for p in block.ports()}
    sizes = cls.example if block.ports() else {}
    tensors = {name: Tensor((None, *s), dtypes[name]) for name, s in sizes.items()}
    try:
        results = block.results(**tensors)
    except ShapeError:
        return ""
    counts = block.parameters(**tensors), block.flops(**tensors)
    given = ", ".join(f"{name} {_code(str(t))}" for name, t in tensors.items())
    made = ", ".join(_code(str(t)) for t in results.values())
    arrow = f"{given} &rarr; {made}" if given else made
    told = [f"{counts[0]:,} trained values"] if counts[0] else []
    told += [f"{counts[1]:,} operations per sample"] if counts[1] else []
    return "; ".join([arrow, *told])


def _parameters(cls: type[Block]) -> str:
    rows = "".join(_rows(cls.params()))
    return f"<h3>Parameters</h3><table cellpadding='3'>{rows}</table>" if rows else ""


def _rows(params: tuple[Param, ...]) -> Iterator[str]:
    usual = [p for p in params if not p.advanced]
    for p in usual:
        what = html.escape(p.help)
        shown = _default(p)
        yield f"<tr><td><b>{html.escape(p.label)}</b>&nbsp;</td><td>{what} {shown}</td></tr>"
    rare = [p.label for p in params if p.advanced]
    if rare:
        yield (
            f"<tr><td><b>Advanced</b>&nbsp;</td><td>{html.escape(', '.join(rare))}; "
            "the inspector explains each.</td></tr>"
        )


def _default(p: Param) -> str:
    value = p.default
    if isinstance(value, tuple):
        value = ", ".join(map(str, value)) or "empty"
    elif isinstance(value, bool):
        value = "on" if value else "off"
    return f"<i>Default: {html.escape(str(value))}.</i>" if value != "" else ""
