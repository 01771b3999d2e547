"""TLS for an emulator: a certificate of its own making, or files that somebody has."""

import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

CLOUDS = ("*.amocrm.ru", "*.amocrm.com", "*.kommo.com")
OWN = ("localhost", "127.0.0.1", "::1")
LIVES = timedelta(days=825)
_ONE_DAY = timedelta(days=1)
_OWNER_ONLY = 0o600


class BadCertificate(ValueError):  # noqa: N818 -- told to a person in one sentence
    """Files that TLS cannot be spoken with."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: the certificate, which clients may trust by name, and its key."""

    certificate: Path
    key: Path

    def check(self) -> None:
        """Refuse files that are absent, or that do not belong together."""
        try:
            ssl.create_default_context().load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise BadCertificate(
                f"TLS cannot be spoken with {self.certificate} and {self.key}: {error}"
            ) from error


def self_signed(folder: Path, hosts: Iterable[str], now: datetime) -> Tls:
    """Write a new certificate for this machine, `hosts` and the names of the clouds."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "amoCRM emulator")])
    known = dict.fromkeys((*OWN, *hosts, *CLOUDS))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _ONE_DAY)
        .not_valid_after(now + LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([_named(host) for host in known]), False)
        .sign(key, SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    tls = Tls(folder / "amocrm-emulator.crt", folder / "amocrm-emulator.key")
    tls.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    tls.key.touch(_OWNER_ONLY)
    tls.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tls


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
