"""Which vertices share one straight line: the longest ways through the network come first."""

from __future__ import annotations

from bisect import bisect_left, insort

from core.design.layout.network import Network, Tie


def straight_lines(network: Network) -> list[list[int]]:
    """All vertices, in lines along the flow, each of one vertex a layer; the longest ways first.

    Every vertex is in just one line, and lines never cross.
    """
    follower: dict[int, int] = {}
    led: set[int] = set()
    kept: dict[int, list[tuple[int, int]]] = {}
    place = {v: i for row in network.rows for i, v in enumerate(row)}
    through = _through(network)
    for tie in sorted(network.ties, key=lambda t: _rank(network, t, through, place)):
        if tie.source in follower or tie.target in led:
            continue
        between = kept.setdefault(network.layer[tie.source], [])
        pair = (place[tie.source], place[tie.target])
        if _crosses(between, pair):
            continue
        insort(between, pair)
        follower[tie.source] = tie.target
        led.add(tie.target)
    lines = []
    for vertex in range(len(network.layer)):
        if vertex not in led:
            line = [vertex]
            while line[-1] in follower:
                line.append(follower[line[-1]])
            lines.append(line)
    # The sort is stable, so equal lines stay in the order of their first vertices.
    return sorted(lines, key=lambda line: -sum(not network.is_bend(v) for v in line))


def _through(network: Network) -> dict[Tie, int]:
    """For each tie, how many nodes the longest way through it has."""
    order = sorted(range(len(network.layer)), key=network.layer.__getitem__)
    until, after = [0] * len(order), [0] * len(order)
    for vertex in order:
        longest = max((until[t.source] for t in network.before[vertex]), default=0)
        until[vertex] = longest + (not network.is_bend(vertex))
    for vertex in reversed(order):
        longest = max((after[t.target] for t in network.after[vertex]), default=0)
        after[vertex] = longest + (not network.is_bend(vertex))
    return {tie: until[tie.source] + after[tie.target] for tie in network.ties}


def _rank(
    network: Network, tie: Tie, through: dict[Tie, int], place: dict[int, int]
) -> tuple[bool, int, float, float, int, int]:
    """Ways of a single wire last, then the longest way, then the first port, then the order."""
    bend = network.is_bend(tie.source) != network.is_bend(tie.target)
    return (bend, -through[tie], tie.into, tie.out, place[tie.source], place[tie.target])


def _crosses(kept: list[tuple[int, int]], pair: tuple[int, int]) -> bool:
    at = bisect_left(kept, pair)
    below = at > 0 and kept[at - 1][1] > pair[1]
    return below or (at < len(kept) and kept[at][1] < pair[1])
