"""The fast parser only says where values lie; walked byte by byte, every file reads the same."""

import io
import json

import pytest

from alcaide.intake import jsontext, read, trivy
from alcaide.intake.tests import SAMPLES

JSON = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".json", ".sarif"})
FLAW = {"VulnerabilityID": "CVE-2024-3094", "PkgName": "xz", "InstalledVersion": "5.6.0", "Severity": "HIGH"}


def _report(*flaws: object, between: str = ", ", also: str = "") -> bytes:
    listed = between.join(each if isinstance(each, str) else json.dumps(each) for each in flaws)
    return (
        '{"SchemaVersion": 2, "ArtifactName": "shop", "Results": [{"Target": "a", "Class": "lang-pkgs", "Type": "npm",'
        f'"Vulnerabilities": [{listed}]{also}}}]}}'
    ).encode()


def _both(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[object]]:
    monkeypatch.setattr(jsontext, "_SMALL_BYTES", 64)
    fast = list(read(io.BytesIO(content)))
    monkeypatch.setattr(jsontext.Document, "_know", lambda *_, **__: None)
    monkeypatch.setattr(trivy, "_HELD_BYTES", 0)
    return fast, list(read(io.BytesIO(content)))


@pytest.mark.parametrize("path", JSON, ids=lambda path: path.name)
def test_every_sample_reads_the_same_both_ways(path, monkeypatch):
    fast, walked = _both(path.read_bytes(), monkeypatch)
    assert fast == walked


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_report(*[FLAW] * 9, between=" ,\n\t"), id="odd space"),
        pytest.param(_report(FLAW, {**FLAW, "Title": 7}, "3", "null", FLAW), id="wrong types"),
        pytest.param(_report(*[FLAW] * 3, also=', "Target": "b", "Vulnerabilities": []'), id="doubled keys"),
        pytest.param(_report(FLAW, '{"VulnerabilityID": "CVE-2024-1", "Title": "\\ud800\\u0001"}'), id="odd escapes"),
        pytest.param(_report(FLAW, '{"VulnerabilityID": NaN}', FLAW), id="no number"),
        pytest.param(_report(*[FLAW] * 9)[:-300], id="cut short"),
        pytest.param(_report(FLAW, '{"VulnerabilityID": "CVE-2024-2222", "Tit', FLAW), id="torn"),
    ],
)
def test_what_is_damaged_reads_the_same_both_ways(content, monkeypatch):
    fast, walked = _both(content, monkeypatch)
    assert fast == walked
    assert fast
