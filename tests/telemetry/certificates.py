"""Certificates for tests: an authority, a server on the loopback, and a client."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files."""

    authority: str
    server: str
    server_key: str
    client: str
    client_key: str


def certificates(folder: Path) -> Certificates:
    """Make an authority and what it signs, in ``folder``."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("Test authority")
    authority = _certificate(
        authority_name, key=authority_key, issuer=authority_name, signer=authority_key, is_authority=True
    )
    paths = {"authority": _write(folder / "authority.pem", authority.public_bytes(_PEM))}
    for role in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        signed = _certificate(_name(role), key=key, issuer=authority_name, signer=authority_key)
        paths[role] = _write(folder / f"{role}.pem", signed.public_bytes(_PEM))
        paths[f"{role}_key"] = _write(
            folder / f"{role}.key",
            key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        )
    return Certificates(**paths)


_PEM = serialization.Encoding.PEM


def _certificate(
    subject: x509.Name,
    *,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    is_authority: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _ONE_DAY)
        .not_valid_after(now + _ONE_DAY)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)
