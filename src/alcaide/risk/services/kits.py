"""Hands out a run so that a stranger with the engine alone computes its figures again."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from alcaide.common.models import TrailLine
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.queries import root_unit
from alcaide.risk.models import SEE, Run
from alcaide.risk.pricing import cases_of

CASES = "cases.json"
SUMS = "SHA256SUMS"

# A file that leaves the house: it is English, as the cases are.
README = """\
Run {number}, computed at {at} with engine {engine}

What this proves. The figures of this run follow from its inputs, and the inputs are those that the trail recorded.

1. Is the kit whole?            sha256sum -c {sums}
2. Do the figures follow?       alcaide solve {cases} --check
   It needs no database and no installation, only the package: pip install alcaide=={alcaide}
   It computes each case and names every figure that differs by more than the case's tolerance. It ends with 0 if all
   agree, with 1 if not.
3. Are these the run's inputs?  inputs.json has the SHA-256 {inputs_hash},
   results.json {results_hash}.
   Line {line} of the trail says the same two of the run. Ask for an export of the trail with its values
   (alcaide trail export FILE --values) and check that with alcaide verify.

What is in it
  inputs.json        what the run was computed from, as it was hashed
  results.json       what it said, as it was hashed
{before}  {cases}         the same as cases of the engine, with what must come out
  manifest.json      versions, tolerances, hashes

The cases
{listed}

From inputs.json to {cases}. A scenario is one stream of events a year, and a second one where flaws lead to it. That
one's rate is the share of attacks that lead to a loss, times the sum over hosts of their chance a year, each host's
chance times what its place in the network leaves of it. A measure in place is a factor of both. Money is in whole
{currency}.

Tolerances. Sums may differ by 1 part in 1,000,000,000 (other last digits on another processor), what is read off the
curve by 1 in 1,000,000. What a move leaves unexplained may be 1 in 1,000,000,000 of the whole.

What is not in it. Which measures the plan chose: only what the chosen ones leave. The price of single actions: what it
rests on is read from the findings of the moment and not kept with the run. `alcaide solve` does not judge whether an
estimate is right: who made it, when and from what stands with each in the house.
"""


@dataclass(frozen=True)
class Kit:
    """A kit as a file, with the names of its cases."""

    name: str
    content: bytes
    sha256: str
    cases: tuple[str, ...]


def reperform(actor: Actor, run: Run) -> Kit:
    """Return a run as a kit from which the engine alone computes its figures again; the trail keeps who took it.

    Whoever may see the figures of the whole organization may take it. Raises Refused.
    """
    require(actor, SEE, unit_id=root_unit().pk)
    before = Run.objects.filter(number=run.number - 1).first()
    document = cases_of(
        json.loads(run.inputs), json.loads(run.results), before=json.loads(before.inputs) if before else None
    )
    files = {"inputs.json": run.inputs, "results.json": run.results, CASES: _written(document)}
    if before:
        files["inputs-before.json"] = before.inputs
    files["manifest.json"] = _written(_manifest(run, before, document, files))
    files["README.txt"] = _readme(run, document, has_before=before is not None)
    content = _packed(files, run)
    kit = Kit(
        f"run-{run.number}-reperform.zip", content, hashlib.sha256(content).hexdigest(),
        tuple(case["id"] for case in document["cases"]),
    )  # fmt: skip
    _tell(actor, run, kit)
    return kit


@write
def _tell(actor: Actor, run: Run, kit: Kit) -> None:
    told = {"format": "zip", "rows": len(kit.cases), "sha256": kit.sha256, "bytes": len(kit.content)}
    audit(actor, "export_run", subject=run.subject, after=told)


def _manifest(run: Run, before: Run | None, document: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    line = _line(run)
    return {
        "run": run.number, "uid": str(run.uid), "at": run.at.isoformat(), "engine": run.engine,
        "versions": json.loads(run.versions), "seed": run.seed, "currency": run.currency,
        "inputs_sha256": run.inputs_hash, "results_sha256": run.results_hash,
        "before": {"run": before.number, "inputs_sha256": before.inputs_hash} if before else None,
        "trail": {"line": line.seq, "hash": line.hash} if line else None,
        "cases": {case["id"]: {"title": case["title"], "tolerance": case["tolerance"]} for case in document["cases"]},
        "files": {name: _digest(text) for name, text in files.items()},
    }  # fmt: skip


def _readme(run: Run, document: dict[str, Any], *, has_before: bool) -> str:
    line = _line(run)
    listed = [f"  {case['id']:<10} {case['title']}" for case in document["cases"]]
    return README.format(
        number=run.number, at=run.at.isoformat(timespec="seconds"), engine=run.engine, sums=SUMS, cases=CASES,
        alcaide=json.loads(run.versions).get("alcaide", ""), inputs_hash=run.inputs_hash, currency=run.currency,
        results_hash=run.results_hash, line=line.seq if line else "(not found)",
        before="  inputs-before.json what the run before was computed from, for the moves\n" if has_before else "",
        listed="\n".join(listed) or "  None: the run holds no scenario that could be priced.",
    )  # fmt: skip


def _line(run: Run) -> TrailLine | None:
    return TrailLine.objects.filter(subject=run.subject, verb="compute").order_by("seq").first()


def _packed(files: dict[str, str], run: Run) -> bytes:
    """Pack the files with the run's own time, so that the same run gives the same kit."""
    sums = "".join(f"{_digest(text)}  {name}\n" for name, text in files.items())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {**files, SUMS: sums}.items():
            entry = zipfile.ZipInfo(name, run.at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text)
    return stream.getvalue()


def _written(content: Any) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
