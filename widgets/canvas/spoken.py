"""What the canvas shows, in the words that a screen reader speaks. Texts only, no Qt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from widgets.canvas.graph import End, Frame, Graph, NodeView, NoteView, Port, WireView, standing

# More than so many things of one kind are counted and not named.
_MOST_NAMED = 3


def node_text(view: NodeView) -> str:
    """A node: its name, kind, what it gives, how it stands, and its problem."""
    parts = [view.title, view.subtitle]
    shown = {port.tooltip: port.label.lower() for port in view.outputs if port.tooltip}
    parts += [f"{shown[line]} {line}" if line in shown else line for line in view.detail]
    parts += [words[0].lower() + words[1:] for words in standing(view)]
    if view.badge:
        parts.append(f"{view.badge}: {_problem(view)}")
    if view.fix:
        parts.append(f"the full stop key mends it: {view.fix}")
    return ", ".join(part for part in parts if part)


def note_text(view: NoteView) -> str:
    """A note, with all that is written on it."""
    return f"note: {_in_one_line(view.text.removeprefix('# '))}"


def frame_text(view: Frame, nodes: Mapping[str, NodeView]) -> str:
    """A frame and what stands in it."""
    held = [nodes[node].title for node in view.nodes if node in nodes]
    return f"frame {view.title} around {_listed(held, 'block')}"


def port_text(
    port: Port, output: bool, others: Collection[End], nodes: Mapping[str, NodeView]
) -> str:
    """A port and what it is wired to: `others` are the far ends of its wires."""
    side = "output" if output else "input"
    label = port.label.lower()
    name = side if label == side else f"{side} {label}"
    if output and port.tooltip:
        name += f" {port.tooltip}"
    if port.optional:
        name += ", optional"
    if not others:
        return f"{name}, not connected"
    ends = [end_text(end, not output, nodes) for end in others]
    return f"{name}, connected {'to' if output else 'from'} {_listed(ends, 'port')}"


def end_text(end: End, output: bool, nodes: Mapping[str, NodeView]) -> str:
    """One end of a wire: ``conv_1 output``."""
    view = nodes.get(end.node)
    if view is None:
        return end.port
    ports = view.outputs if output else view.inputs
    label = next((port.label for port in ports if port.name == end.port), end.port)
    return f"{view.title} {label.lower()}"


def wire_text(wire: WireView, nodes: Mapping[str, NodeView]) -> str:
    """A wire from end to end, and what it carries."""
    source, target = end_text(wire.source, True, nodes), end_text(wire.target, False, nodes)
    carried = f", {wire.tooltip}" if wire.tooltip else ""
    return f"wire from {source} to {target}{carried}"


def item_text(item: str, graph: Graph) -> str:
    """A node, note or frame by its id; empty for an unknown one."""
    if item in graph.nodes:
        return node_text(graph.nodes[item])
    for note in graph.notes:
        if note.id == item:
            return note_text(note)
    for frame in graph.frames:
        if frame.id == item:
            return frame_text(frame, graph.nodes)
    return ""


def graph_text(graph: Graph) -> str:
    """How much there is."""
    parts = [_amount(len(graph.nodes), "block"), _amount(len(graph.wires), "wire")]
    parts += [_amount(len(graph.notes), "note")] if graph.notes else []
    return ", ".join(parts)


def canvas_text(chosen: Collection[str], graph: Graph) -> str:
    """The canvas as a whole: how much there is, and what is selected."""
    selected = selection_text(chosen, graph)
    joint = "; selected: " if len(chosen) == 1 else ", "
    return f"{graph_text(graph)}{joint}{selected}"


def selection_text(chosen: Collection[str], graph: Graph) -> str:
    """What is selected: one thing in full, several counted."""
    if len(chosen) == 1:
        return item_text(next(iter(chosen)), graph)
    return f"{len(chosen)} selected" if chosen else "nothing selected"


def change_text(before: Graph, after: Graph) -> str:
    """What became of a graph: what came, went, was wired, named or went wrong. Moves say nothing.

    Empty where nothing of that kind changed.
    """
    parts = [
        *_came_and_went(before, after),
        *_wired(before, after),
        *_renamed(before, after),
        *_troubled(before, after),
    ]
    return ". ".join(parts)


def _came_and_went(before: Graph, after: Graph) -> Iterable[str]:
    old, new = before.nodes, after.nodes
    gone = [old[node].title for node in old if node not in new]
    come = [new[node].title for node in new if node not in old]
    if gone:
        yield f"Deleted {_listed(gone, 'block')}"
    if come:
        yield f"Added {_listed(come, 'block')}"
    for noun, was, now in (
        ("note", before.notes, after.notes),
        ("frame", before.frames, after.frames),
    ):
        if was is not now and len(was) != len(now):
            verb = "Added" if len(now) > len(was) else "Deleted"
            yield f"{verb} {_amount(abs(len(now) - len(was)), noun)}"


def _wired(before: Graph, after: Graph) -> Iterable[str]:
    if before.wires == after.wires:
        return
    old, new = (
        {(wire.source, wire.target): wire for wire in graph.wires} for graph in (before, after)
    )
    # That the wires of what was deleted are gone goes without saying.
    lost = [
        _joined(wire, "from", before)
        for key, wire in old.items()
        if key not in new and all(end.node in after.nodes for end in key)
    ]
    drawn = [_joined(wire, "to", after) for key, wire in new.items() if key not in old]
    if lost:
        yield f"Disconnected {_listed(lost, 'wire')}"
    if drawn:
        yield f"Connected {_listed(drawn, 'wire')}"


def _joined(wire: WireView, word: str, graph: Graph) -> str:
    """A wire as something done: ``conv_1 output to add b``, or ``add b from conv_1 output``."""
    source = end_text(wire.source, True, graph.nodes)
    target = end_text(wire.target, False, graph.nodes)
    first, second = (source, target) if word == "to" else (target, source)
    return f"{first} {word} {second}"


def _renamed(before: Graph, after: Graph) -> Iterable[str]:
    for node, view in after.nodes.items():
        old = before.nodes.get(node)
        if old is not None and old is not view and old.title != view.title:
            yield f"Renamed {old.title} to {view.title}"


def _troubled(before: Graph, after: Graph) -> Iterable[str]:
    """A new problem of a node that was there before, an error first, and how many more."""
    found = [
        view
        for node, view in after.nodes.items()
        if (old := before.nodes.get(node)) is not view
        and view.badge
        and old is not None
        and old.badge_text != view.badge_text
    ]
    if found:
        first = min(found, key=lambda view: view.badge != "error")
        yield f"{first.badge.capitalize()} at {first.title}: {_problem(first)}"
    if len(found) > 1:
        yield f"Problems at {_amount(len(found) - 1, 'other block')}"


def _listed(names: Collection[str], noun: str) -> str:
    """Few things by name, many by number."""
    if len(names) > _MOST_NAMED or not names:
        return _amount(len(names), noun)
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _amount(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _problem(view: NodeView) -> str:
    return _in_one_line(view.badge_text).removeprefix(f"{view.title}: ")


def _in_one_line(text: str) -> str:
    lines = [line.strip().rstrip(".") for line in text.splitlines()]
    return ". ".join(line for line in lines if line)
