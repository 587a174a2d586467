"""The audit trail's proof: commitments, chain, Merkle tree, signed heads, and an export a stranger can verify."""

from alcaide.engine.proof.chain import (
    GENESIS,
    JSON,
    BadLine,
    Fault,
    Line,
    NotCanonical,
    canonical,
    commit,
    follow,
    line_hash,
    next_line,
)
from alcaide.engine.proof.export import FORMAT, Entry, Header, Opened, write_export
from alcaide.engine.proof.heads import Head, key_id, sign_head, verify_head
from alcaide.engine.proof.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)
from alcaide.engine.proof.verify import Verdict, verify_export

__all__ = [
    "EMPTY_ROOT",
    "FORMAT",
    "GENESIS",
    "JSON",
    "BadLine",
    "CompactRange",
    "Entry",
    "Fault",
    "Head",
    "Header",
    "Line",
    "NotCanonical",
    "Opened",
    "Verdict",
    "canonical",
    "commit",
    "consistency_proof",
    "follow",
    "inclusion_proof",
    "key_id",
    "line_hash",
    "next_line",
    "root",
    "sign_head",
    "verify_consistency",
    "verify_export",
    "verify_head",
    "verify_inclusion",
    "write_export",
]
