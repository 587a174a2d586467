"""Needs as a graph: the worst that a fall starts, and who falls together. Pure: numbers in, numbers out.

An edge runs from an asset to what it needs; worth runs along it, from the one that needs to the needed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

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

    >>> circles([(1, 2), (2, 1), (2, 3)])
    [[1, 2]]
    """
    pairs = np.array(list(edges), dtype=np.int64).reshape(-1, 2)
    if not len(pairs):
        return []
    nodes, numbered = np.unique(pairs, return_inverse=True)
    start, end = numbered.reshape(-1, 2).T
    matrix = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(len(nodes), len(nodes)))
    _, group = connected_components(matrix.tocsr(), directed=True, connection="strong")
    order = np.argsort(group, kind="stable")
    parts = np.split(nodes[order], np.flatnonzero(np.diff(group[order])) + 1)
    return sorted(part.tolist() for part in parts if len(part) > 1)
