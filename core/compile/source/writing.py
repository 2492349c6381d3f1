"""Writes a design as one Python file that needs nothing of Layerloom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from core.blocks.block import Learning
from core.blocks.call import Call, Name
from core.compile.plan import Plan, make_plan
from core.compile.source.bodies import Value
from core.compile.source.classes import ClassWriter
from core.compile.source.definitions import Definition
from core.compile.source.files import READING, READING_NEEDS
from core.compile.source.helpers import copied, public_names
from core.compile.source.imports import import_lines, modules_of, plugin_modules
from core.compile.source.losses import (
    Compared,
    has_constraint,
    has_frozen,
    has_penalty,
    write_constraints,
    write_frozen,
    write_loss,
    write_penalty,
)
from core.compile.source.module import Module
from core.compile.source.naming import FUNCTIONS, LONGEST, Names, listed
from core.compile.source.objects import path_of, way_to
from core.compile.source.page import Page
from core.compile.source.printing import docstring, lines, string
from core.compile.source.result import Source
from core.compile.source.training import write_training
from core.design.analysis import Analysis
from core.design.document import End
from core.errors import InputError
from core.tensor import Tensor


def write_source(analysis: Analysis) -> Source:
    """Write the file. Raises InputError naming the first error that the design has."""
    plan = make_plan(analysis, to_train=False)
    if not plan.outputs:
        raise InputError("the design computes nothing", "Add an Input and a layer.")
    return _Writer(analysis, plan).source()


class _Writer:
    """Writes one file, part by part."""

    def __init__(self, analysis: Analysis, plan: Plan) -> None:
        self.analysis, self.plan = analysis, plan
        self.names = Names({*FUNCTIONS, "save_weights", *public_names()})
        ends = [*plan.outputs, *(e for loss in plan.losses for e in loss.inputs.values())]
        self.module = Module(analysis, plan, {str(end): end for end in ends}, self.names)
        self.used: set[str] = {"nnx"}
        self.page = Page()

    @cached_property
    def keys(self) -> dict[str, str]:
        """What the array of each Input and Target is called in a batch."""
        taken: dict[str, str] = {}
        for node in (*self.plan.inputs, *self.plan.feeds):
            stem = self.plan.names[node][:LONGEST]
            free = (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 2)))
            if node not in taken:
                taken[node] = next(key for key in free if key not in taken.values())
        return taken

    def source(self) -> Source:
        """The whole file."""
        page = self.page
        for made in self.module.definitions:
            writer = ClassWriter(self.module, made, page, self.used)
            writer.start(self._of_group(made))
            arguments = {Value("", p): self._label(made, p) for p in made.body.arguments}
            writer.method("__call__", made.body.results, arguments, self._about(writer))
            page.gap(2)
        compared = self._model()
        page.gap(2)
        self._functions(compared)
        return self._finished()

    def _of_group(self, made: Definition) -> str:
        flat = self.module.levels.flat
        uses = dict.fromkeys(self.module.levels.use_of(copy) for copy in made.copies)
        names = [f"``{_line(flat.name_of(use))}``" for use in uses]
        shown = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"]
        title = _line(made.group.name) if made.group else ""
        return f"The group {title}, used as {listed(dict.fromkeys(shown))}."

    def _label(self, made: Definition, port: str) -> str:
        use = self.module.levels.flat.uses[self.module.levels.use_of(made.body.scope)]
        return next(p.label for p in use.block.entries if p.name == port)

    def _about(self, writer: ClassWriter) -> str:
        body = writer.made.body
        ins = [self._kind(writer.shape(Value("", port))) for port in body.arguments]
        outs = [self._kind(writer.shape(value)) for value in body.results.values()]
        return f"{listed(ins) if ins else 'Nothing'} in, {listed(outs)} out."

    def _kind(self, tensor: Tensor | None) -> str:
        return _array(tensor) if tensor is not None else "``[B, ...]``"

    def _model(self) -> Compared | None:
        """The class of the design; returns how its losses get what they compare."""
        module, plan = self.module, self.plan
        main, body = module.main, module.main.body
        writer = ClassWriter(module, main, self.page, self.used)
        writer.start(f"{_line(self.analysis.design.name) or 'A network'}.")
        results = {str(end): body.results[str(end)] for end in plan.outputs}
        keys = list(self._output_keys().values()) if len(results) > 1 else []
        writer.method("__call__", results, self._given(results), self._says(), keys)
        if not plan.losses:
            return None
        return self._compared(writer, keys)

    def _given(self, results: Mapping[str, Value]) -> dict[Value, str]:
        """The arguments of a method: all Inputs, and the Targets that it needs."""
        body = self.module.main.body
        open_, seen = list(results.values()), set()
        while open_:
            value = open_.pop()
            if value not in seen:
                seen.add(value)
                open_ += body.items[value.item].inputs.values() if value.item else ()
        needed = [n for n in self.plan.feeds if Value("", n) in seen and n not in self.plan.inputs]
        return {Value("", node): self.plan.names[node] for node in (*self.plan.inputs, *needed)}

    def _output_keys(self) -> dict[End, str]:
        """What each output is called where there are several."""
        nodes = [end.node for end in self.plan.outputs]
        return {
            end: self.plan.names[end.node] + (f".{end.port}" if nodes.count(end.node) > 1 else "")
            for end in self.plan.outputs
        }

    def _says(self) -> str:
        nodes, plan = self.analysis.nodes, self.plan
        ins = [f"``{plan.names[n]}`` {_array(nodes[n].outputs['output'])}" for n in plan.inputs]
        outs = [(plan.names[e.node], nodes[e.node].outputs[e.port]) for e in plan.outputs]
        found = [f"``{name}`` {_array(tensor)}" for name, tensor in outs]
        return f"{_line(listed(ins)) if ins else 'Nothing'} in, {_line(listed(found))} out."

    def _compared(self, writer: ClassWriter, keys: list[str]) -> Compared:
        """How the losses get what they compare: from a call of the model, and from the batch."""
        plan, body = self.plan, self.module.main.body
        outputs = {body.results[str(end)]: key for end, key in self._output_keys().items()}
        read = (end for loss in plan.losses for end in loss.inputs.values())
        made = {
            value: body.items[value.item].name for value in map(self._value, read) if value.item
        }
        names = Names(self.names.taken | {"model", "batch", "total"})
        model = "model"
        if made.keys() <= outputs.keys():
            inputs = self._given({str(end): body.results[str(end)] for end in plan.outputs})
        else:
            model = "model.for_losses"
            results = {f"{value.item}.{value.port}": value for value in made}
            inputs = self._given(results)
            writer.method("for_losses", results, inputs, "What the losses compare.")
        batch = {Value("", node): f"batch[{string(key)}]" for node, key in self.keys.items()}
        if model == "model" and keys:
            first = names.variable("outputs")
            texts = {value: f"{first}[{string(key)}]" for value, key in outputs.items()}
        else:
            texts = {value: names.variable(name) for value, name in made.items()}
            first = ", ".join(texts.values())
        call = Call(model, tuple(Name(batch[value]) for value in inputs))
        found = {**batch, **texts}
        return Compared(
            lines(call, {}, 4, f"{first} = ") if made else [],
            {
                (loss.node, port): found[self._value(end)]
                for loss in plan.losses
                for port, end in loss.inputs.items()
            },
            f"The mean loss of a batch: {_line(listed([loss.name for loss in plan.losses]))}.",
            names,
        )

    def _value(self, end: End) -> Value:
        return self.module.main.body.results[str(end)]

    @cached_property
    def layers(self) -> dict[str, tuple[str, str, Learning]]:
        """The layers by attribute of the compiled network.

        Each with its dotted name, how code calls it, and how it is trained.
        """
        found, recipe = {}, self.analysis.recipe
        for step in self.plan.steps:
            if step.layer is None or self.module.sharing.owner(step.node) != step.node:
                continue
            if not self.module.is_there(step.node):
                continue
            way = way_to(self.module, self.module.main, step.node)
            code = path_of(self.module, self.module.main, step.node)
            rule = replace(
                step.learning,
                l1=step.learning.l1 + recipe.l1,
                l2=step.learning.l2 + recipe.l2,
            )
            found[step.attribute] = (".".join(map(str, way)), code, rule)
        return found

    def _functions(self, compared: Compared | None) -> None:
        page, plan = self.page, self.plan
        model = self.module.main.name
        learning = {dotted: rule for dotted, _, rule in self.layers.values()}
        page.add(*READING.splitlines())
        self.used |= set(READING_NEEDS)
        if compared is None:
            return
        if has_penalty(learning):
            page.gap(2)
            self.used |= write_penalty(page, learning)
        if has_constraint(learning):
            page.gap(2)
            self.used |= write_constraints(page, learning)
        page.gap(2)
        has = has_penalty(learning)
        self.used |= write_loss(page, model, plan.losses, compared, has)
        if has_frozen(learning):
            page.gap(2)
            self.used |= write_frozen(page, learning)
        page.gap(2)
        frozen = [code for _, code, rule in self.layers.values() if not rule.trainable]
        rows = f"data[{string(next(iter(self.keys.values())))}]"
        recipe = self.analysis.recipe
        self.used |= write_training(page, model, recipe, rows, frozen, has_constraint(learning))

    def _finished(self) -> Source:
        """The file with its head before the code, and the lines counted on."""
        page = self.page
        called = {name.removeprefix("layers.") for name in self.used if name.startswith("layers.")}
        texts, imports = copied(called)
        imports |= modules_of(self.used)
        if "Any" in self.used:
            imports.add("from typing import Any")
        head = [*self._introduction(), "", *import_lines(imports), ""]
        if not texts or not _is_plain(texts[0]):
            head.append("")
        for text in texts:
            head += [*text.splitlines(), "", ""]
        moved = {
            spot: tuple((start + len(head), end + len(head)) for start, end in spans)
            for spot, spans in page.spans.items()
        }
        text = "\n".join([*head, *page.lines]) + "\n"
        weights = {attribute: dotted for attribute, (dotted, _, _) in self.layers.items()}
        return Source(text, moved, self.module.main.name, weights)

    def _introduction(self) -> list[str]:
        """What the file is and how it is used."""
        model, nodes = self.module.main.name, self.analysis.nodes
        names = Names(self.names.taken)
        given = ", ".join(names.variable(self.plan.names[node]) for node in self.plan.inputs)
        needs = ["jax", "flax", "optax", "numpy"]
        needs += sorted({m.partition(".")[0] for m in plugin_modules(self.used)})
        text = [
            f"{_line(self.analysis.design.name) or 'A network'}: made with Layerloom.",
            "",
            f"It needs {listed(needs)}, and nothing of Layerloom:",
            "",
            f"    model = {model}(nnx.Rngs(0))",
            '    load_weights(model, "model.safetensors")',
            "    model.eval()",
            f"    prediction = model({given})",
        ]
        if self.plan.losses:
            text += [
                "",
                "``python FILE.py DATA.npz WEIGHTS.safetensors`` trains it and writes its weights. "
                "DATA.npz has arrays with one row for each sample, prepared as the network takes "
                "them:",
                "",
            ]
            arrays = ((key, nodes[node].outputs) for node, key in self.keys.items())
            text += [f"    {_line(key)} {_array(out['output'])}" for key, out in arrays if out]
        return docstring("\n".join(text), 0)


def _is_plain(text: str) -> bool:
    """Whether a definition is neither a function nor a class."""
    first = next(line for line in text.splitlines() if not line.startswith("#"))
    return not first.startswith(("def ", "class ", "@"))


def _array(tensor: Tensor) -> str:
    """Shape and type of an array, as documentation writes it."""
    shape = str(tensor).partition("]")[0] + "]"
    return f"``{shape}`` {tensor.dtype}"


def _line(text: str) -> str:
    """A text that people wrote on one line, without what is no letter or sign."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
