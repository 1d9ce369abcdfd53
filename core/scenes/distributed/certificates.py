"""Keys of a cluster: an authority of its own, and a certificate that it signed for each part.

    DIR/ca.pem, DIR/ca-key.pem          the authority; its key signs, and stays where it was made
    DIR/scheduler/  DIR/worker/  DIR/client/
        ca.pem                          who signed the others
        cert.pem, key.pem               this part's own

Dask compares no host names: whoever holds a certificate of this authority belongs to the cluster, from whatever
machine. So the authority signs for one cluster alone, and its key is the cluster's.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ...errors import RequestError
from ...protocol.private_files import NotPrivateError, read_private, write_private
from .installed import require_distributed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder

ClusterPart = Literal["scheduler", "worker", "client"]
PARTS: tuple[ClusterPart, ...] = get_args(ClusterPart)
CA, CA_KEY, CERTIFICATE, KEY = "ca.pem", "ca-key.pem", "cert.pem", "key.pem"
DAYS = 730
AUTHORITY_DAYS = 3650
CLOCK_SKEW = datetime.timedelta(days=1)
"""Certificates hold from so long ago, for machines whose clocks are late."""
MOST_BYTES = 65_536


@dataclass(frozen=True)
class MadeKeys:
    """What stands in a folder with keys.

    Attributes:
        folder: with the authority.
        parts: folder of each part.
        is_new_authority: whether the authority was made just now.
        expires: when the parts' certificates end to hold.
    """

    folder: Path
    parts: dict[ClusterPart, Path]
    is_new_authority: bool
    expires: datetime.date


def make_cluster_keys(folder: Path, days: int = DAYS, is_renewing: bool = False) -> MadeKeys:
    """Make the keys of a cluster; an authority that is there already signs again.

    Args:
        folder: that gets them; made where there is none.
        days: for which the parts' certificates hold.
        is_renewing: whether certificates that are there are replaced.

    Raises:
        RequestError: there are certificates already, an authority lacks its key, or the folder cannot be read or
            written.
    """
    require_distributed("landcast keys cluster")
    there = [part for part in PARTS if (folder / part / CERTIFICATE).exists()]
    if there and not is_renewing:
        raise RequestError(f"{folder / there[0]}: holds a certificate already; --renew makes new ones")
    try:
        is_new = not (folder / CA_KEY).exists()
        if is_new and (folder / CA).exists():
            raise RequestError(
                f"{folder / CA_KEY}: is missing, and {CA} beside it needs it to sign; bring it back from where it is "
                "kept, or make keys in a new folder, for all machines"
            )
        authority = _new_authority(folder) if is_new else _read_authority(folder)
        expires = _now() + datetime.timedelta(days=days)
        for part in PARTS:
            _write_part(folder / part, part, authority, expires)
    except OSError as error:
        raise RequestError(f"{error.filename or folder}: {error.strerror or error}") from error
    return MadeKeys(folder, {part: folder / part for part in PARTS}, is_new, expires.date())


Authority = tuple["EllipticCurvePrivateKey", "Certificate"]


def _new_authority(folder: Path) -> Authority:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    key = _new_key()
    name = _name("landcast cluster")
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(name, name, key, _now() + datetime.timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(folder / CA_KEY, _key_text(key))
    _write_public(folder / CA, certificate)
    return key, certificate


def _read_authority(folder: Path) -> Authority:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(read_private(folder / CA_KEY, MOST_BYTES), None)
        certificate = x509.load_pem_x509_certificate((folder / CA).read_bytes())
    except NotPrivateError as error:
        raise RequestError(str(error)) from None
    except (ValueError, TypeError) as error:
        raise RequestError(f"{folder}: {CA} and {CA_KEY} are no authority ({error}); take a new folder") from error
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise RequestError(f"{folder}: {CA} and {CA_KEY} do not belong together; make keys in a new folder")
    return key, certificate


def _write_part(folder: Path, part: ClusterPart, authority: Authority, expires: datetime.datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority_key, authority_certificate = authority
    key = _new_key()
    both = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        _builder(_name(f"landcast {part}"), authority_certificate.subject, key, expires)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(both, critical=False)
        .add_extension(issued_by, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    write_private(folder / KEY, _key_text(key))
    _write_public(folder / CERTIFICATE, certificate)
    _write_public(folder / CA, authority_certificate)


def _builder(
    subject: object, issuer: object, key: EllipticCurvePrivateKey, expires: datetime.datetime
) -> CertificateBuilder:
    from cryptography import x509

    assert isinstance(subject, x509.Name)
    assert isinstance(issuer, x509.Name)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - CLOCK_SKEW)
        .not_valid_after(expires)
    )


def _name(text: str) -> object:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _key_text(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _write_public(path: Path, certificate: Certificate) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(certificate.public_bytes(Encoding.PEM))
    aside.replace(path)


def _now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)
