import io
import stat
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from core.pdf import render_pdf
from core.pdf.signing import DEMO_KEY_FILE, NoSigningKey, SigningKey, load_key, make_demo_key, sign_pdf
from tests.pdf_reader import open_pdf, tags_of, text_of, unmarked_paintings

AT = datetime(2026, 5, 14, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return make_demo_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def document(tmp_path: Path, settings: SimpleNamespace) -> bytes:
    (tmp_path / "page.html").write_text('<html lang="en"><title>Signed</title><p>two hundred and five</p>')
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]
    return render_pdf(template="page.html", context={}, language="en")


def checked(data: bytes, trusted: SigningKey) -> PdfSignatureStatus:
    """Return what a reader that trusts this key says about the one signature."""
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    roots = [Certificate.load(trusted.certificate)]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))


def test_signed_document_is_intact_and_trusted_by_whoever_knows_the_key(document: bytes, key: SigningKey) -> None:
    status = checked(sign_pdf(document, key=key, reason="Certificate issued", at=AT), key)

    assert (status.intact, status.valid, status.trusted, status.bottom_line) == (True, True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"


def test_signed_document_with_one_changed_byte_is_not_intact(document: bytes, key: SigningKey) -> None:
    signed = bytearray(sign_pdf(document, key=key, reason="Certificate issued", at=AT))
    signed[signed.index(b"%PDF-1.7") + 30] ^= 1

    assert not checked(bytes(signed), key).intact


def test_document_changed_after_signing_is_not_accepted(document: bytes, key: SigningKey) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sign_pdf(document, key=key, reason="x", at=AT)))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = page.raw_get("/Type").__class__("/Changed")
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)

    assert not checked(output.getvalue(), key).bottom_line


def test_signature_by_another_key_is_not_trusted(document: bytes, key: SigningKey, tmp_path: Path) -> None:
    signed = sign_pdf(document, key=make_demo_key(tmp_path), reason="x", at=AT)

    assert not checked(signed, key).trusted


def test_signature_is_pades_at_the_moment_of_the_house_and_allows_no_change(document: bytes, key: SigningKey) -> None:
    (signature,) = PdfFileReader(io.BytesIO(sign_pdf(document, key=key, reason="Issued", at=AT))).embedded_signatures

    found = signature.sig_object
    assert (found["/SubFilter"], found["/Reason"], found["/M"]) == (
        "/ETSI.CAdES.detached",
        "Issued",
        "D:20260514093000Z",
    )
    assert found["/Reference"][0]["/TransformParams"]["/P"] == 1


def test_signing_changes_neither_tags_nor_text_nor_metadata(document: bytes, key: SigningKey) -> None:
    signed = sign_pdf(document, key=key, reason="Issued", at=AT)

    assert text_of(signed) == text_of(document) == "twohundredandfive"
    assert tags_of(signed) == tags_of(document)
    assert open_pdf(signed).metadata == {"/Title": "Signed", "/Producer": "Kilderkin"}
    assert unmarked_paintings(signed) == []
    assert b"yHanko" not in signed


def test_field_of_the_signature_is_hidden_because_it_is_not_tagged(document: bytes, key: SigningKey) -> None:
    (annotation,) = open_pdf(sign_pdf(document, key=key, reason="Issued", at=AT)).pages[0]["/Annots"]

    assert annotation.get_object()["/F"] & 0b10


def test_demo_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = make_demo_key(tmp_path / "keys")
    second = make_demo_key(tmp_path / "keys")

    assert first.fingerprint() == second.fingerprint()
    assert stat.S_IMODE((tmp_path / "keys" / DEMO_KEY_FILE).stat().st_mode) == 0o600
    assert "not a real company" in first.name


def test_processes_that_start_at_once_end_with_the_same_key(tmp_path: Path) -> None:
    with get_context("spawn").Pool(3) as processes:
        fingerprints = processes.map(_fingerprint, [tmp_path] * 3)

    assert len(set(fingerprints)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [DEMO_KEY_FILE]


def _fingerprint(folder: Path) -> str:
    return make_demo_key(folder).fingerprint()


def test_key_named_in_the_settings_is_used(tmp_path: Path) -> None:
    made = make_demo_key(tmp_path)

    loaded = load_key(SimpleNamespace(SIGNING_KEY_FILE=str(tmp_path / DEMO_KEY_FILE), SIGNING_KEY_PASSWORD=""))

    assert loaded.fingerprint() == made.fingerprint()


def test_demo_without_a_named_key_makes_its_own_at_home(tmp_path: Path) -> None:
    load_key(SimpleNamespace(DEMO=True, KILDERKIN_HOME=tmp_path))

    assert (tmp_path / "keys" / DEMO_KEY_FILE).is_file()


@pytest.mark.parametrize("file", ["", "/nowhere/key.p12", __file__])
def test_production_without_a_key_that_opens_is_refused(file: str) -> None:
    with pytest.raises(NoSigningKey):
        load_key(SimpleNamespace(DEMO=False, SIGNING_KEY_FILE=file, SIGNING_KEY_PASSWORD="wrong"))
