"""Needs as a graph: the worst that a fall starts, and who falls together. Pure: numbers in, numbers out.

An edge runs from an asset to what it needs; worth runs along it, from the one that needs to the needed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reached:
    """Where the worst at a node starts, which node on the way points at this one, and how many edges lie between."""

    source: int
    via: int | None
    steps: int


@dataclass(slots=True)
class Graph:
    """Nodes by any whole number, and for each the nodes that its edges lead to."""

    ahead: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> "Graph":
        """Return the graph of these edges."""
        made = cls()
        for start, end in edges:
            made.ahead.setdefault(start, []).append(end)
        return made

    def backwards(self) -> "Graph":
        """Return the graph with every edge turned round."""
        return Graph.of((end, start) for start, ends in self.ahead.items() for end in ends)

    def spread(self, ranked: Sequence[int]) -> dict[int, Reached]:
        """Return for every node that a source reaches the first of the ranked sources that does, by a shortest way.

        Sources stand worst first. Each node is met once, so circles end by themselves and the whole costs one look at
        each edge; memory grows with the nodes reached.

        >>> Graph.of([(1, 2), (2, 3), (3, 2)]).spread([3, 1])[2]
        Reached(source=3, via=3, steps=1)
        """
        found: dict[int, Reached] = {}
        for source in ranked:
            if source in found:
                continue
            found[source] = Reached(source, None, 0)
            edge = [source]
            while edge:
                beyond = []
                for node in edge:
                    steps = found[node].steps + 1
                    for other in self.ahead.get(node, ()):
                        if other not in found:
                            found[other] = Reached(source, node, steps)
                            beyond.append(other)
                edge = beyond
        return found

    def way(self, start: int, end: int) -> list[int]:
        """Return the nodes of a shortest way, both ends included; empty where there is none."""
        found = self.spread([start])
        if end not in found:
            return []
        return way_back(found, end)


def way_back(found: Mapping[int, Reached], node: int) -> list[int]:
    """Return the nodes from the source of a spread to a node."""
    nodes = [node]
    while (via := found[nodes[-1]].via) is not None:
        nodes.append(via)
    return nodes[::-1]


def circles(edges: Iterable[Edge]) -> list[list[int]]:
    """Return the groups of nodes that all need each other (strongly connected components of two or more).

    Each edge is looked at once (Tarjan 1972), without recursion: a chain of needs may be as long as the estate.

    >>> circles([(1, 2), (2, 1), (2, 3)])
    [[1, 2]]
    """
    ahead = Graph.of(edges).ahead
    search = _Circles(ahead)
    for node in ahead:
        if node not in search.met:
            search.walk(node)
    return sorted(search.found)


class _Circles:
    """One walk over a graph: `met` numbers its nodes as they are met, `low` says how far back each leads."""

    def __init__(self, ahead: Mapping[int, Sequence[int]]) -> None:
        self.ahead = ahead
        self.met: dict[int, int] = {}
        self.low: dict[int, int] = {}
        self.open: dict[int, None] = {}
        """Nodes whose group is not known yet, in the order in which they were met."""
        self.found: list[list[int]] = []

    def walk(self, start: int) -> None:
        """Meet every node that this one leads to, and close the groups on the way back."""
        way = [(start, self._meet(start))]
        while way:
            node, rest = way[-1]
            for other in rest:
                if other not in self.met:
                    way.append((other, self._meet(other)))
                    break
                if other in self.open:
                    self.low[node] = min(self.low[node], self.met[other])
            else:
                way.pop()
                if way:
                    before = way[-1][0]
                    self.low[before] = min(self.low[before], self.low[node])
                self._close(node)

    def _meet(self, node: int) -> Iterator[int]:
        self.met[node] = self.low[node] = len(self.met)
        self.open[node] = None
        return iter(self.ahead.get(node, ()))

    def _close(self, node: int) -> None:
        if self.low[node] != self.met[node]:
            return
        group = []
        while node in self.open:
            group.append(self.open.popitem()[0])
        if len(group) > 1:
            self.found.append(sorted(group))
