"""Keys, certificates and lists as PEM text, and back."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key


def key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def text(papers: Iterable[x509.Certificate | x509.CertificateRevocationList]) -> bytes:
    """Return certificates or lists as PEM, one after another."""
    return b"".join(paper.public_bytes(Encoding.PEM) for paper in papers)


def read_key(content: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the private key in ``content``. Raises ValueError when there is none of the right kind."""
    key = load_pem_private_key(content, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an EC key")  # noqa: TRY004 - a file's content, not a caller's mistake
    return key


def read_certificates(content: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates in ``content`` in their order. Raises ValueError when there is none."""
    return tuple(x509.load_pem_x509_certificates(content))
