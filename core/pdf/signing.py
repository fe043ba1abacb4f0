"""The company's signature on a PDF, so that any reader can see that not a letter was changed.

Baseline PAdES (ETSI EN 319 142-1) with the company's own key. It seals the document; who may act for the company is
said on the page.
"""

import hashlib
import io
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from core.processes.places import keep_first, private_folder

DEMO_KEY_FILE = "demo-signing-key.p12"
DEMO_NAME = "Kilderkin demo, not a real company"
FIELD = "CompanySeal"


@dataclass(frozen=True)
class SigningKey:
    """A private key with its certificate, ready to sign; ``name`` is whose it is."""

    signer: signers.SimpleSigner
    name: str
    certificate: bytes

    def fingerprint(self) -> str:
        """Return the sha256 of the certificate, which the company may publish."""
        return hashlib.sha256(self.certificate).hexdigest()


class NoSigningKey(Exception):
    """The key file is missing, or its password is wrong."""


class _QuietWriter(IncrementalPdfFileWriter):
    """Adds the signature and leaves title, producer and dates as they were."""

    def _update_meta(self) -> None:
        # pyHanko would add its own name and this machine's clock to the metadata.
        return


class _ClockedSigner(signers.PdfSigner):
    """Signs at a moment we name, because the house has one clock."""

    at: datetime | None = None

    def init_signing_session(
        self, pdf_out: Any, existing_fields_only: bool = False
    ) -> signers.pdf_signer.PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        if self.at is not None:
            session.system_time = self.at
        return session


def sign_pdf(data: bytes, *, key: SigningKey, reason: str, at: datetime | None = None) -> bytes:
    """Return ``data`` with the company's signature, after which any change shows.

    ``at`` is the moment written into the signature (aware; the machine's clock when left out). The signature has
    no picture on the page; its field is hidden because an untagged visible one would break PDF/UA.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=key.name,
        reason=reason,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    hidden = fields.SigFieldSpec(FIELD, invis_sig_settings=fields.InvisSigSettings(set_hidden_flag=True))
    signer = _ClockedSigner(metadata, key.signer, new_field_spec=hidden)
    signer.at = at
    # pyHanko starts an event loop of its own, which is refused in a thread that already runs one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        signed = thread.submit(signer.sign_pdf, _QuietWriter(io.BytesIO(data))).result()
    return bytes(signed.getvalue())


def load_key(settings: Any) -> SigningKey:
    """Return the company's key: ``SIGNING_KEY_FILE`` (PKCS#12) with ``SIGNING_KEY_PASSWORD``; in the demo our own.

    Raises ``NoSigningKey`` with a sentence when there is none or it does not open.
    """
    path = getattr(settings, "SIGNING_KEY_FILE", "")
    if path:
        return _open(Path(path), str(getattr(settings, "SIGNING_KEY_PASSWORD", "")).encode())
    if not getattr(settings, "DEMO", False):
        raise NoSigningKey("SIGNING_KEY_FILE names no key, so certificates cannot be signed.")
    return make_demo_key(Path(settings.KILDERKIN_HOME) / "keys")


def make_demo_key(folder: Path) -> SigningKey:
    """Return the demo's self-signed key, made on first use and kept in ``folder`` for its owner alone.

    Two processes that start at once end with the same key.
    """
    path = folder / DEMO_KEY_FILE
    if not path.exists():
        private_folder(folder)
        keep_first(path, _new_demo_key())
    return _open(path, None)


def _open(path: Path, password: bytes | None) -> SigningKey:
    try:
        data = path.read_bytes()
        signer = signers.SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=password)
    except (OSError, ValueError) as error:
        raise NoSigningKey(f"The signing key {path.name} cannot be opened.") from error
    certificate = signer.signing_cert
    return SigningKey(signer, certificate.subject.native.get("common_name", ""), certificate.dump())


def _new_demo_key() -> bytes:
    # A quarter of a second less for each signature than with RSA, whose key pyHanko checks anew each time.
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEMO_NAME)])
    start = datetime.now(UTC) - timedelta(days=1)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(secrets.randbits(128))
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        DEMO_NAME.encode(), private, certificate, None, serialization.NoEncryption()
    )
