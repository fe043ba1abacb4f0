"""What each PDF says."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core.money import format_minor
from core.pdf import render_pdf
from core.pdf.signing import SigningKey, load_key, sign_pdf
from equity.models import Certificate
from equity.queries.company import get_company
from equity.rules.certificate_border import border_svg
from equity.rules.number_words import in_words

SHEET_MM = (297, 210)
BINDING_LANGUAGE = "en"


def certificate_pdf(certificate: Certificate) -> bytes:
    """Return the certificate's PDF/UA, signed with the company's key at its moment of issue (CA 2006 s.769)."""
    data = render_pdf(
        template="equity/pdf/certificate.html",
        context={"certificate": certificate_context(certificate)},
        language=certificate.language,
        drawings={"border.svg": border_svg(certificate.facts_sha256, *SHEET_MM)},
        pages_max=1,
    )
    with translation.override(certificate.language):
        reason = _("Issued by the company")
    return sign_pdf(data, key=_signing_key(), reason=reason, at=certificate.issued_at)


@lru_cache(maxsize=1)
def _signing_key() -> SigningKey:
    return load_key(settings)


def certificate_context(certificate: Certificate) -> dict[str, Any]:
    """Return everything the certificate shows, in the holder's language; nothing is looked up by the template."""
    company = get_company()
    share_class = certificate.lot.account.share_class
    language = certificate.language
    with translation.override(language):
        return {
            "company_name": company.name,
            "company_number": company.number,
            "registered_office": company.registered_office,
            "serial": certificate.serial,
            "holder_names": certificate.holder_names,
            "quantity": certificate.lot.quantity,
            "quantity_words": in_words(certificate.lot.quantity, language),
            "share_class_name": share_class.name_vi if language == "vi" else share_class.name,
            "nominal_text": nominal_text(share_class.nominal_minor, share_class.currency, language),
            "paid_text": _("fully paid"),
            "issued_on": certificate.issued_on,
            "minute_reference": certificate.minute_reference,
            "signatories": [
                (company.certificate_signatory, company.certificate_signatory_office),
                (company.certificate_cosignatory, company.certificate_cosignatory_office),
            ],
            "restriction": share_class.restriction,
            "check_url": f"{settings.SITE_ORIGIN}/check/{certificate.check_code}/",
            "check_code": certificate.check_code,
            "facts_sha256": certificate.facts_sha256,
            "language": language,
            "binding_language": BINDING_LANGUAGE,
        }


def nominal_text(nominal_minor: Decimal, currency: str, language: str) -> str:
    """Return a nominal value as people write it; a fraction of a minor unit stays a fraction (£0.001)."""
    if nominal_minor == int(nominal_minor):
        return format_minor(int(nominal_minor), currency, language)
    whole = format_minor(0, currency, language)
    figures = f"{(nominal_minor / 100).normalize():f}"
    figures = figures.replace(".", ",") if language == "vi" else figures
    zero = "0,00" if language == "vi" else "0.00"
    return whole.replace(zero, figures)
