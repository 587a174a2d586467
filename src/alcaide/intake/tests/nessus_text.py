"""Small Nessus reports for tests."""

from io import BytesIO


def item(body: str = "", **attributes: str) -> str:
    """One ReportItem; keyword arguments change its attributes, None takes one away."""
    values = {"port": "443", "svc_name": "www", "protocol": "tcp", "severity": "2", "pluginID": "10863"} | attributes
    said = " ".join(f'{name}="{value}"' for name, value in values.items() if value is not None)
    return f"<ReportItem {said}>{body}</ReportItem>\n"


def host(*items: str, name: str = "gate-07.almena.example", properties: str = "") -> str:
    """One ReportHost; properties are its tags as text, "" for a host without any."""
    known = f"<HostProperties>{properties}</HostProperties>" if properties else ""
    return f'<ReportHost name="{name}">{known}\n{"".join(items)}</ReportHost>\n'


def report(*hosts: str, before: str = "", prolog: str = '<?xml version="1.0" ?>') -> bytes:
    """A whole report; before stands between the root tag and the report."""
    held = f'<Report name="r">\n{"".join(hosts)}</Report>'
    return f"{prolog}\n<NessusClientData_v2>{before}{held}\n</NessusClientData_v2>\n".encode()


def stream(content: bytes) -> BytesIO:
    return BytesIO(content)


def tag(name: str, text: str) -> str:
    return f'<tag name="{name}">{text}</tag>'
