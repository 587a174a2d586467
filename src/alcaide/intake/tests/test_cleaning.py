import pytest

from alcaide.intake.cleaning import CONTROL_CHARACTERS, WRONG_ENCODING, WRONG_UTF8, clean

TEXT = '<?xml version="1.0"?><a>señal — 警報 🔥</a>'


def cleaned(content: bytes, step: int = 1 << 18) -> tuple[str, list[str]]:
    told: list[str] = []
    chunks = (content[at : at + step] for at in range(0, len(content), step))
    return b"".join(clean(chunks, told.append)).decode(), told


@pytest.mark.parametrize("step", [1, 2, 3, 7, 4096])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_reads_alike_wherever_chunks_end(encoding, step):
    assert cleaned(TEXT.encode(encoding), step) == (TEXT, [])


def test_a_declared_encoding_is_believed():
    text = '<?xml version="1.0" encoding="windows-1252"?><a>señal €</a>'
    assert cleaned(text.encode("cp1252")) == (text, [])


@pytest.mark.parametrize("name", ["utf-7", "unicode_escape", "zip", "no-such", "UTF-16"])
def test_a_declared_encoding_that_cannot_be_is_not_believed(name):
    text = f'<?xml version="1.0" encoding="{name}"?><a>señal</a>'
    assert cleaned(text.encode()) == (text, [])


@pytest.mark.parametrize("step", [1, 5, 4096])
def test_a_wrong_byte_is_read_as_windows_1252_and_told_once(step):
    assert cleaned(b"<a>se\xf1al \x80 se\xf1or</a>", step) == ("<a>señal € señor</a>", [WRONG_UTF8])


def test_bytes_that_fit_no_declared_encoding_are_marked():
    _, told = cleaned(b'<?xml version="1.0" encoding="euc-jp"?><a>\xff\xff</a>')
    assert told == [WRONG_ENCODING]


@pytest.mark.parametrize("step", [1, 4, 4096])
@pytest.mark.parametrize(
    "bad", ["\x00", "\x01", "\x1f", "\ufffe", "\uffff", "&#x1;", "&#0;", "&#xD800;", "&#xFFFF;", "&#1114112;"]
)
def test_a_code_point_no_document_may_hold_is_left_out(bad, step):
    assert cleaned(f"<a>one{bad}two</a>".encode(), step) == ("<a>onetwo</a>", [CONTROL_CHARACTERS])


@pytest.mark.parametrize("step", [1, 4, 4096])
def test_legal_references_stay(step):
    text = "<a>&#10;&#x9;&#233;&#x1F525;&amp;#x1;</a>"
    assert cleaned(text.encode(), step) == (text, [])
