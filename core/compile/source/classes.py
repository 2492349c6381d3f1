"""Writes the classes of exported code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.blocks.call import Call, Name
from core.compile.source.bodies import Item, Value
from core.compile.source.definitions import Definition
from core.compile.source.module import Module
from core.compile.source.objects import filled, making
from core.compile.source.page import Page
from core.compile.source.parameters import type_of
from core.compile.source.printing import WIDTH, docstring, flat, lines, signature, string
from core.compile.source.statements import Method, Statement, method_of, needed
from core.compile.source.unify import names_in
from core.tensor import Tensor

_SIGNS = {"jnp.add": "+", "jnp.subtract": "-", "jnp.multiply": "*"}


class ClassWriter:
    """Writes one class on a page; ``used`` gets the functions that it calls."""

    def __init__(self, module: Module, made: Definition, page: Page, used: set[str]) -> None:
        self.module, self.made, self.page, self.used = module, made, page, used
        self.codes = filled(module, made)

    def start(self, about: str) -> None:
        """The head of the class and what makes it."""
        made, page = self.made, self.page
        with page.of(self._uses()):
            page.add(f"class {made.name}(nnx.Module):")
        page.add(*docstring(about, 4))
        if made.group is not None and not made.attributes and not made.kept:
            return
        page.gap()
        parameters = [f"{name}: {type_of(v)}" for name, v in made.parameters.items()]
        if made.needs_rngs and made.group is not None:
            parameters += ["*", "rngs: nnx.Rngs"] if parameters else ["rngs: nnx.Rngs"]
        elif made.group is None:
            parameters = ["rngs: nnx.Rngs"]
        page.add(*signature("__init__", ["self", *parameters], "None", 4))
        if not made.attributes and not made.kept:
            page.add(*docstring("Nothing is made: the model has no weights.", 8))
        for name in made.parameters:
            if name in made.kept:
                page.add(f"        self.{name} = {name}")
        for key, attribute in made.attributes.items():
            item = made.body.items[key]
            with page.of(self._whole([item])):
                self._make(item, attribute)

    def method(
        self,
        name: str,
        results: Mapping[str, Value],
        arguments: Mapping[Value, str],
        about: str,
        keys: Sequence[str] = (),
    ) -> Method:
        """A method that computes ``results``, as a dictionary with ``keys`` if there are any."""
        body, page = self.made.body, self.page
        order = needed(body, results)
        method = method_of(self.module, self.made, self.codes, order, results, arguments)
        page.gap()
        given = [f"{text}: jax.Array" for text in method.arguments.values()]
        kind = "jax.Array" if len(results) == 1 else "dict[str, jax.Array]"
        if len(results) > 1 and not keys:
            kind = f"tuple[{', '.join(['jax.Array'] * len(results))}]"
        self.used.add("jax")
        page.add(*signature(name, ["self", *given], kind, 4))
        page.add(*docstring(about, 8))
        last = method.statements[-1] if method.statements else None
        for one in method.statements[:-1] if last and _ends(last, method) else method.statements:
            with page.of(self._whole([one.item])):
                self._step(one, method)
        if last and _ends(last, method):
            with page.of(self._whole([last.item])):
                self._write(last.call, last.names, "return ", self._shape(last.results))
        else:
            self._return([method.texts[value] for value in results.values()], keys)
        return method

    def shape(self, value: Value) -> Tensor | None:
        """What is known of a value; None where the copies of the class differ in it."""
        body = self.made.body
        scope = f"{body.scope}/" if body.scope else ""
        nodes = self.module.analysis.nodes
        found = []
        for copy in self.made.copies:
            start = f"{copy}/" if copy else ""
            if not value.item:
                report = nodes[f"{start}{value.port}"]
                found.append(next(iter(report.outputs.values()), None))
                continue
            item = body.items[value.item]
            if item.use is None:
                found.append(nodes[start + item.key].outputs.get(value.port))
            else:
                last = start + item.use.copies[-1].removeprefix(scope)
                found.append(nodes[f"{last}/{value.port}"].outputs.get("output"))
        return found[0] if all(one == found[0] for one in found) else None

    def _make(self, item: Item, attribute: str) -> None:
        code = self.codes[item.key]
        if item.step is not None:
            assert code.layer is not None
            self._write(code.layer, {}, f"self.{attribute} = ")
            return
        call = making(self.module.made(item), code)
        if call is not None:
            self._write(call, {}, f"self.{attribute} = ")
            return
        count = code.repeat.name if isinstance(code.repeat, Name) else code.repeat
        inner, loop = flat(code.making[0], {}), f"for _ in range({count})]"
        opening = f"        self.{attribute} = nnx.List("
        if len(opening) + len(inner) + len(loop) + 3 <= WIDTH:
            self.page.add(f"{opening}[{inner} {loop})")
        elif 12 + len(inner) + len(loop) + 2 <= WIDTH:
            self.page.add(opening, f"            [{inner} {loop}", "        )")
        else:
            within = lines(code.making[0], {}, 16)
            margin = " " * 16
            self.page.add(opening, "            [", *within, margin + loop[:-1])
            self.page.add("            ]", "        )")

    def _step(self, one: Statement, method: Method) -> None:
        texts = [method.texts[value] for value in one.results]
        before = f"{', '.join(texts)} = "
        if not one.loop:
            self._write(one.call, one.names, before, self._shape(one.results))
            return
        first = next(iter(one.inputs))
        if one.names[first] != texts[0]:
            self.page.add(f"        {texts[0]} = {one.names[first]}")
        self.page.add(f"        {one.loop}:")
        names = {**one.names, first: texts[0]}
        self._write(one.call, names, before, self._shape(one.results), 12)

    def _write(
        self, call: Call, names: Mapping[str, str], before: str, shape: str = "", indent: int = 8
    ) -> None:
        """Write a call, with the shape behind it where there is room."""
        infix = _infix(call, names)
        if infix and indent + len(before) + len(infix) <= WIDTH:
            written = [f"{' ' * indent}{before}{infix}"]
        else:
            written = lines(call, names, indent, before)
        self.used.update(_functions(call, bool(infix)))
        if shape and len(written) == 1 and len(written[0]) + len(shape) + 4 <= WIDTH:
            written = [f"{written[0]}  # {shape}"]
        self.page.add(*written)

    def _shape(self, results: Sequence[Value]) -> str:
        shape = self.shape(results[0]) if len(results) == 1 else None
        return "" if shape is None else str(shape)

    def _return(self, texts: Sequence[str], keys: Sequence[str]) -> None:
        if keys:
            items = [f"{string(key)}: {text}" for key, text in zip(keys, texts, strict=True)]
            opening, closing = "{}"
        else:
            items, opening, closing = list(texts), "(", ")"
        whole = ", ".join(items)
        around = (opening, closing) if keys else ("", "")
        if len(whole) + 17 <= WIDTH:
            self.page.add(f"        return {around[0]}{whole}{around[1]}")
        else:
            each = [f"            {item}," for item in items]
            self.page.add(f"        return {opening}", *each, f"        {closing}")

    def _whole(self, items: Iterable[Item]) -> list[str]:
        """The unfolded nodes that items are, in all copies of the class."""
        scopes = [f"{copy}/" if copy else "" for copy in self.made.copies]
        return [scope + item.key for scope in scopes for item in items]

    def _uses(self) -> list[str]:
        return [self.module.levels.use_of(copy) for copy in self.made.copies if copy]


def _ends(last: Statement, method: Method) -> bool:
    """Whether the last step's value is what is returned, and nothing else is."""
    return (
        not last.loop
        and len(last.results) == 1
        and list(method.results.values()) == [last.results[0]]
    )


def _infix(call: Call, names: Mapping[str, str]) -> str:
    """A sum, difference or product of names with its sign; empty for other calls."""
    sign = _SIGNS.get(call.function)
    if sign is None or call.options or len(call.args) != 2:
        return ""
    left, right = call.args
    text = names.get(left.name, "") if isinstance(left, Name) else ""
    if isinstance(left, Call) and left.function == call.function:
        text = _infix(left, names) if sign != "*" else ""
    second = names.get(right.name, "") if isinstance(right, Name) else ""
    return f"{text} {sign} {second}" if text and second else ""


def _functions(call: Any, is_infix: bool) -> set[str]:
    if is_infix:
        return set()
    return set(names_in(call))
