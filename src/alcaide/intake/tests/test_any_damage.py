"""Whatever happens to a file, a reader raises its own errors or counts that add up."""

import gzip
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alcaide.intake import IntakeError, examine
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import stream


def _zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report", content)
    return out.getvalue()


PLAIN = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
PACKED = [pack(content) for content in PLAIN for pack in (gzip.compress, _zip)]
# Formats of one kind of record; of the others a record may hold several findings, or stand above them.
ITEMS = {"nessus": "report_items", "kev": "vulnerabilities", "epss": "cves"}

damage = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12)
common = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def check(content: bytes, flips: list[tuple[float, int]], keep: float) -> None:
    damaged = bytearray(content)
    for where, value in flips:
        damaged[int(where * len(damaged))] = value
    try:
        reading = examine(stream(bytes(damaged[: int(len(damaged) * keep)])))
    except IntakeError as error:
        assert str(error).endswith((".", "”"))
        return
    counts = reading.counts
    assert all(number >= 0 for number in counts.values())
    assert len(reading.quarantined) == counts["quarantined"]
    if reading.format not in ITEMS:
        return
    good = counts.get("weaknesses", counts[ITEMS[reading.format]] - counts["quarantined"])
    assert counts[ITEMS[reading.format]] == good + counts["quarantined"]


@common
@given(st.sampled_from(PLAIN), damage, st.sampled_from([1.0, 1.0, 0.97, 0.6, 0.2]))
@pytest.mark.slow
def test_a_damaged_file_never_raises_a_foreign_error(content, flips, keep):
    check(content, flips, keep)


@common
@given(st.sampled_from(PACKED), damage, st.sampled_from([1.0, 1.0, 0.97, 0.6, 0.2]))
def test_a_damaged_archive_never_raises_a_foreign_error(content, flips, keep):
    check(content, flips, keep)


@common
@given(st.sampled_from(PLAIN), st.binary(min_size=1, max_size=40), st.floats(0, 1))
def test_bytes_put_in_anywhere_never_raise_a_foreign_error(content, extra, where):
    at = int(where * len(content))
    check(content[:at] + extra + content[at:], [], 1.0)


@common
@given(st.binary(max_size=300))
def test_random_bytes_never_raise_a_foreign_error(content):
    check(content, [], 1.0)
