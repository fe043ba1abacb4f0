"""What each PDF says."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock
from core.money import format_minor
from core.pdf import render_pdf
from core.pdf.signing import SigningKey, load_key, sign_pdf
from equity.enums import ApplicationState
from equity.models import Application, Certificate
from equity.queries.company import get_company
from equity.queries.tracking import board_decides_by
from equity.rules.certificate_border import border_svg
from equity.rules.number_words import in_words
from payments.enums import RefundState
from payments.models import Payment, Refund
from payments.queries.payments import get_payment

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


def receipt_pdf(application: Application) -> bytes:
    """Return the receipt for the application's money as it stands now, PDF/UA in the application's language.

    Raises ``Payment.DoesNotExist`` for an application that was never paid.
    """
    return render_pdf(
        template="equity/pdf/receipt.html",
        context={"receipt": receipt_context(application)},
        language=application.language,
        pages_max=1,
    )


def receipt_context(application: Application) -> dict[str, Any]:
    """Return everything the receipt shows, amounts in minor units; nothing is looked up by the template."""
    company, offer, disclosure = get_company(), application.offer, application.offer.disclosure
    vietnamese = application.language == "vi"
    share_class = offer.share_class
    return {
        "company_name": company.name,
        "company_number": company.number,
        "registered_in": company.registered_in,
        "registered_office": company.registered_office,
        "email": company.email,
        "reference": application.public_id,
        "payer": application.applicant.display_name,
        "offer_title": offer.title_vi if vietnamese else offer.title,
        "share_class_name": share_class.name_vi if vietnamese else share_class.name,
        "quantity": application.quantity,
        "price_minor": application.price_minor,
        "currency": application.currency,
        "allotted_at": application.allotted_at,
        "board_by_on": board_decides_by(application),
        "money_held": disclosure.money_held,
        "money_held_where": disclosure.money_held_where,
        "printed_at": clock.now(),
        **_receipt_money(application, get_payment(application.payment_id)),
    }


def _receipt_money(application: Application, payment: Payment) -> dict[str, Any]:
    """What came in, what goes back, and which of the four words fits: held, allotted, going back, gone back.

    The price stands on the receipt only when it makes the sum: a payment that could not be used may be for another
    number of shares.
    """
    refunds = list(payment.refunds.exclude(state=RefundState.FAILED).order_by("pk"))
    rest_minor = payment.amount_minor - sum(refund.amount_minor for refund in refunds)
    if application.state == ApplicationState.ALLOTTED:
        stands = "allotted"
    elif application.state == ApplicationState.PAID:
        stands = "held"
    else:
        is_gone = rest_minor == 0 and all(refund.succeeded_at for refund in refunds)
        stands = "gone_back" if is_gone else "going_back"
    return {
        "stands": stands,
        "received_minor": payment.amount_minor,
        "received_at": payment.succeeded_at,
        "payment_reference": payment.public_id,
        "is_price_times_shares": (application.quantity or 0) * (application.price_minor or 0) == payment.amount_minor,
        "refunds": [_refund_line(refund) for refund in refunds],
        "rest_minor": rest_minor,
    }


def _refund_line(refund: Refund) -> dict[str, Any]:
    return {
        "amount_minor": -refund.amount_minor,
        "is_sent": refund.succeeded_at is not None,
        "at": refund.succeeded_at or refund.requested_at,
    }
