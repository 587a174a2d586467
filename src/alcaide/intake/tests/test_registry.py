import pytest

from alcaide.intake import BUILT_IN, Format, Registry, examine, open_report
from alcaide.intake.errors import DoubledFormat, UnknownFormat
from alcaide.intake.tests import SAMPLES
from alcaide.intake.tests.nessus_text import stream

SAMPLE_OF = {
    "small.nessus": "nessus",
    "small_nmap.xml": "nmap",
    "small_trivy.json": "trivy",
    "small_grype.json": "grype",
    "small.sarif": "sarif",
    "small_cyclonedx.json": "cyclonedx",
    "small_cyclonedx.xml": "cyclonedx",
    "small_kev.json": "kev",
    "small_epss.csv": "epss",
}


def make_format(key: str) -> Format:
    return Format(key, f"the {key} format", lambda head: head.root == key, lambda source: iter(()), (), ("xml",))


def test_every_built_in_format_recognises_its_own_sample_alone():
    for name, key in SAMPLE_OF.items():
        with open_report(SAMPLES / name) as report:
            assert report.format.key == key
        with open_report(SAMPLES / name, registry=Registry(f for f in BUILT_IN if f.key == key)) as report:
            assert report.format.key == key


def test_a_doubled_key_is_refused():
    with pytest.raises(DoubledFormat, match="another key"):
        Registry((make_format("a"), make_format("a")))


def test_a_new_format_is_one_line():
    with open_report(stream(b"<b/>"), registry=Registry((make_format("a"), make_format("b")))) as report:
        assert report.format.label == "the b format"


@pytest.mark.parametrize("ending", ["nessus", "xml", "nessus.gz", ""])
def test_a_usual_name_costs_no_notice(tmp_path, ending):
    path = tmp_path / f"scan.{ending}".rstrip(".")
    path.write_bytes((SAMPLES / "small.nessus").read_bytes())
    assert not any("named" in warning for warning in examine(path).warnings)


def test_a_misleading_name_is_noted_and_the_content_believed(tmp_path):
    path = tmp_path / "scan.CSV"
    path.write_bytes((SAMPLES / "small.nessus").read_bytes())
    reading = examine(path)
    assert reading.format == "nessus"
    assert "The file is named “.csv” and holds a Nessus report (.nessus); read as such." in reading.warnings


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<nessus/>", "root element “nessus”"),
        (b"<!DOCTYPE html><html><body>", "a web page"),
        (b'{"vulnerabilities": []}', "JSON"),
        (b"[[[[[[[[" * 100_000, "JSON"),
        (b"dear sir", "text"),
        (b"<", "text"),
        (b"<!-- " + b"x" * 100_000 + b"--><NessusClientData_v2>", "text"),
    ],
    ids=["xml", "html", "json", "deep", "text", "bracket", "long comment"],
)
def test_an_unknown_content_is_described_and_the_known_listed(content, words):
    with pytest.raises(UnknownFormat) as refusal:
        examine(stream(content))
    assert words in str(refusal.value)
    for each in BUILT_IN:
        assert each.label in str(refusal.value)
