"""The Merkle tree of RFC 6962 over line hashes; hashes go in and come out as hex."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Self

from alcaide.engine.proof.chain import BadLine, is_hash

EMPTY_ROOT = hashlib.sha256(b"").hexdigest()


class CompactRange:
    """A tree that remembers only the roots of its full subtrees: O(log n) hashes for n leaves.

    Notes
    -----
    `size` and `peaks` are its whole state; store them with a head and `resume` to add the next hour's lines.
    Peaks stand from the largest subtree to the smallest, one for each bit set in `size`.

    References
    ----------
    Laurie, Langley, Kasper (2013), RFC 6962, section 2.1.

    Examples
    --------
    >>> tree = CompactRange(["00", "10"])
    >>> later = CompactRange.resume(tree.size, tree.peaks)
    >>> later.append("2021")
    >>> later.root() == root(["00", "10", "2021"])
    True
    """

    def __init__(self, hashes: Iterable[str] = ()) -> None:
        self._size = 0
        self._peaks: list[bytes] = []
        for item in hashes:
            self.append(item)

    @classmethod
    def resume(cls, size: int, peaks: Sequence[str]) -> Self:
        """The tree as it stood after `size` leaves; raises BadLine if size and peaks do not belong together."""
        if size < 0 or len(peaks) != size.bit_count() or not all(map(is_hash, peaks)):
            raise BadLine(f"a tree of {size} lines is resumed from {max(size, 0).bit_count()} peaks of 64 hex digits")
        tree = cls()
        tree._size = size
        tree._peaks = [bytes.fromhex(peak) for peak in peaks]
        return tree

    @property
    def size(self) -> int:
        """Leaves so far."""
        return self._size

    @property
    def peaks(self) -> tuple[str, ...]:
        """Roots of the full subtrees, largest first, as hex."""
        return tuple(peak.hex() for peak in self._peaks)

    def append(self, item: str) -> None:
        """Add one leaf, given as hex."""
        node = _leaf(bytes.fromhex(item))
        rest = self._size
        while rest & 1:
            node = _node(self._peaks.pop(), node)
            rest >>= 1
        self._peaks.append(node)
        self._size += 1

    def root(self) -> str:
        """The tree's root as hex."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _node(peak, node)
        return node.hex()


def root(hashes: Iterable[str]) -> str:
    """Root of the tree over hashes, in one pass.

    Parameters
    ----------
    hashes : iterable of str
        Leaves as hex, in order; any number of bytes each.

    Returns
    -------
    str
        64 hex digits; of no leaves, SHA-256 of nothing.

    Raises
    ------
    ValueError
        If a leaf is not hex.

    Notes
    -----
    Leaf ``SHA-256(0x00 ‖ leaf)``, node ``SHA-256(0x01 ‖ left ‖ right)``; n leaves split at the largest power of
    two below n.

    References
    ----------
    Laurie, Langley, Kasper (2013), RFC 6962, section 2.1.

    Examples
    --------
    >>> root([""])
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    return CompactRange(hashes).root()


def inclusion_proof(hashes: Sequence[str], index: int) -> tuple[str, ...]:
    """The hashes that lead from one leaf to the root.

    Parameters
    ----------
    hashes : sequence of str
        All leaves as hex.
    index : int
        The leaf, from 0.

    Returns
    -------
    tuple of str
        From the leaf's sibling upwards.

    Raises
    ------
    IndexError
        If there is no such leaf.

    Notes
    -----
    One pass over all leaves: O(n) time and memory.

    References
    ----------
    Laurie, Langley, Kasper (2013), RFC 6962, section 2.1.1.

    Examples
    --------
    >>> leaves = ["00", "10", "2021"]
    >>> verify_inclusion("10", inclusion_proof(leaves, 1), index=1, size=3, root=root(leaves))
    True
    """
    if not 0 <= index < len(hashes):
        raise IndexError(f"there is no leaf {index} among {len(hashes)}")
    level = [_leaf(bytes.fromhex(item)) for item in hashes]
    path = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling].hex())
        level = _above(level)
        index >>= 1
    return tuple(path)


def verify_inclusion(item: str, proof: Sequence[str], *, index: int, size: int, root: str) -> bool:
    """Whether a proof shows that a leaf stands at `index` in the tree of `size` leaves with this root.

    Parameters
    ----------
    item : str
        The leaf as hex.
    proof : sequence of str
        As `inclusion_proof` gives it.
    index, size : int
        Place of the leaf, from 0, and number of leaves.
    root : str
        The tree's root as hex.

    Returns
    -------
    bool
        False also for anything malformed.

    Notes
    -----
    The leaf's hash is joined with each proof hash, on the side that the bits of `index` tell, and must end at the root.

    References
    ----------
    Laurie, Messeri, Stradling (2021), RFC 9162, section 2.1.3.2.

    Examples
    --------
    >>> verify_inclusion("00", [], index=0, size=1, root=root(["00"]))
    True
    """
    if not 0 <= index < size or not all(map(is_hash, proof)):
        return False
    try:
        node = _leaf(bytes.fromhex(item))
    except ValueError:
        return False
    place, last = index, size - 1
    for step in map(bytes.fromhex, proof):
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(step, node)
            place, last = _skip_left_edge(place, last)
        else:
            node = _node(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node.hex() == root


def consistency_proof(hashes: Sequence[str], first: int) -> tuple[str, ...]:
    """The hashes that show that a tree grew from its own first leaves.

    Parameters
    ----------
    hashes : sequence of str
        All leaves of the later tree as hex.
    first : int
        Size of the earlier tree, 1 to len(hashes).

    Returns
    -------
    tuple of str
        Empty if both trees are the same.

    Raises
    ------
    IndexError
        If the earlier tree is empty or larger than the later.

    Notes
    -----
    O(n) time and memory.

    References
    ----------
    Laurie, Langley, Kasper (2013), RFC 6962, section 2.1.2.

    Examples
    --------
    >>> leaves = ["00", "10", "2021"]
    >>> verify_consistency(consistency_proof(leaves, 2), first=2, second=3,
    ...                    first_root=root(leaves[:2]), second_root=root(leaves))
    True
    """
    if not 1 <= first <= len(hashes):
        raise IndexError(f"an earlier tree has 1 to {len(hashes)} leaves, got {first}")
    return tuple(_grown(hashes, first, is_whole=True))


def verify_consistency(proof: Sequence[str], *, first: int, second: int, first_root: str, second_root: str) -> bool:
    """Whether a proof shows that the tree of `second` leaves continues the tree of `first`.

    Parameters
    ----------
    proof : sequence of str
        As `consistency_proof` gives it.
    first, second : int
        Sizes of the two trees.
    first_root, second_root : str
        Their roots as hex.

    Returns
    -------
    bool
        False also for anything malformed. Every tree continues the empty one.

    Notes
    -----
    Both roots are rebuilt from the same hashes: nothing that the first root covers can have changed in the second.

    References
    ----------
    Laurie, Messeri, Stradling (2021), RFC 9162, section 2.1.4.2.

    Examples
    --------
    >>> verify_consistency([], first=2, second=2, first_root="ab" * 32, second_root="ab" * 32)
    True
    """
    if not 0 <= first <= second or not all(map(is_hash, [*proof, first_root, second_root])):
        return False
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    if first == second:
        return not proof and first_root == second_root
    steps = [bytes.fromhex(step) for step in proof]
    if first.bit_count() == 1:
        steps.insert(0, bytes.fromhex(first_root))
    return bool(steps) and _rebuilt(steps, first - 1, second - 1) == (first_root, second_root)


def _rebuilt(steps: Sequence[bytes], place: int, last: int) -> tuple[str, str] | None:
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = _node(step, old), _node(step, new)
            place, last = _skip_left_edge(place, last)
        else:
            new = _node(new, step)
        place, last = place >> 1, last >> 1
    return (old.hex(), new.hex()) if last == 0 else None


def _skip_left_edge(place: int, last: int) -> tuple[int, int]:
    # A right-hand node without a sibling rises unchanged until it is a right-hand child.
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _grown(hashes: Sequence[str], first: int, *, is_whole: bool) -> list[str]:
    size = len(hashes)
    if first == size:
        return [] if is_whole else [root(hashes)]
    split = 1 << (size - 1).bit_length() - 1
    if first <= split:
        return [*_grown(hashes[:split], first, is_whole=is_whole), root(hashes[split:])]
    return [*_grown(hashes[split:], first - split, is_whole=False), root(hashes[:split])]


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
