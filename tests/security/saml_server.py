"""A SAML identity provider: signs assertions with xmlsec, as a real one does, and can be told to do it wrongly."""

import base64
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ENTITY, SSO = "https://idp.example/metadata", "https://idp.example/sso"
FORM = "%Y-%m-%dT%H:%M:%SZ"


@cache
def pair(name: str) -> tuple[str, str]:
    """Return a key and its certificate, both PEM."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    held = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), held.public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Idp:
    """What it says of a person, and how it errs."""

    email: str
    groups: list[str] = field(default_factory=list)
    audience: str = ""
    in_response_to: str = ""
    issuer: str = ENTITY
    recipient: str = ""
    begins: timedelta = timedelta(minutes=-1)
    ends: timedelta = timedelta(minutes=5)
    key: str = "idp"
    is_signed: bool = True
    proven: str = "true"

    def answer(self, request_url: str) -> str:
        """Return what the browser posts back for a request."""
        asked = read_request(request_url)
        acs = asked.get("AssertionConsumerServiceURL")
        entity = asked.findtext("{*}Issuer")
        return self.response(acs=acs, entity=entity, request_id=asked.get("ID"))

    def response(self, *, acs: str, entity: str, request_id: str) -> str:
        now = datetime.now(UTC)
        about = {
            "id": f"_{uuid.uuid4().hex}", "response_id": f"_{uuid.uuid4().hex}", "now": now.strftime(FORM),
            "from": (now + self.begins).strftime(FORM), "until": (now + self.ends).strftime(FORM), "acs": acs,
            "recipient": self.recipient or acs, "to": self.in_response_to or request_id, "issuer": self.issuer,
            "audience": self.audience or entity, "email": self.email, "proven": self.proven,
            "groups": "".join(f"<saml:AttributeValue>{each}</saml:AttributeValue>" for each in self.groups),
        }  # fmt: skip
        assertion = ASSERTION.format(**about)
        if self.is_signed:
            private, public = pair(self.key)
            assertion = OneLogin_Saml2_Utils.add_sign(assertion, private, public).decode()
            assertion = assertion.partition("?>")[2] if assertion.startswith("<?xml") else assertion
        return base64.b64encode((RESPONSE.format(**about) % assertion).encode()).decode()


def read_request(url: str) -> etree._Element:
    packed = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))


SPACES = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
RESPONSE = (
    "<samlp:Response " + SPACES + ' ID="{response_id}" Version="2.0" IssueInstant="{now}" Destination="{acs}"'
    ' InResponseTo="{to}"><saml:Issuer>{issuer}</saml:Issuer><samlp:Status>'
    '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>%s</samlp:Response>'
)
ASSERTION = (
    '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{now}">'
    "<saml:Issuer>{issuer}</saml:Issuer><saml:Subject>"
    '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">person-1</saml:NameID>'
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData'
    ' NotOnOrAfter="{until}" Recipient="{recipient}" InResponseTo="{to}"/></saml:SubjectConfirmation></saml:Subject>'
    '<saml:Conditions NotBefore="{from}" NotOnOrAfter="{until}"><saml:AudienceRestriction>'
    "<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
    '<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="s1"><saml:AuthnContext><saml:AuthnContextClassRef>'
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
    "</saml:AuthnStatement><saml:AttributeStatement>"
    '<saml:Attribute Name="email"><saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute>'
    '<saml:Attribute Name="email_verified"><saml:AttributeValue>{proven}</saml:AttributeValue></saml:Attribute>'
    '<saml:Attribute Name="groups">{groups}</saml:Attribute>'
    "</saml:AttributeStatement></saml:Assertion>"
)
