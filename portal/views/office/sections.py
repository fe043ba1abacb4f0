"""What each section of an offer is edited with: its form, what it shows first, and the service that keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.forms import model_to_dict

from equity.models import Offer, OfferDisclosure, RankingLine, UseOfMoney
from equity.services import offers
from portal.forms import offers as forms
from portal.forms.rows import RankingForm, UsesForm


@dataclass(frozen=True)
class Section:
    """One section: ``start`` gives the form's first values, ``keep`` calls the service."""

    form: type[forms.SectionForm]
    start: Callable[[Offer], dict[str, Any]]
    keep: Callable[..., Any]


def _terms_start(offer: Offer) -> dict[str, Any]:
    values = {name: getattr(offer, name) for name in forms.TermsForm.base_fields}
    return {"initial": {**values, "price_minor": offer.price_minor, "countries": ", ".join(offer.countries)}}


def _disclosure_start(offer: Offer) -> dict[str, Any]:
    return {"initial": model_to_dict(OfferDisclosure.objects.get(offer=offer))}


def _lines_start(model: Any, names: tuple[str, ...], offer: Offer) -> dict[str, Any]:
    return {"lines": list(model.objects.filter(offer=offer).order_by("position").values(*names))}


def _keep_terms(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    terms = dict(data)
    if terms["share_class"] != offer.share_class:
        terms["authority"] = None  # an authority is for one class
    offers.change_terms(offer=offer, terms=terms, by=by, at=at)


def _keep_authority(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.change_terms(offer=offer, terms={"authority": data["authority"]}, by=by, at=at)


def _keep_disclosure(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.change_disclosure(offer=offer, facts=data, by=by, at=at)


def _keep_ranking(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.replace_ranking(offer=offer, lines=data["lines"], by=by, at=at)


def _keep_uses(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    offers.replace_uses(offer=offer, lines=data["lines"], by=by, at=at)


def _keep_document(data: dict[str, Any], *, offer: Offer, by: Any, at: Any) -> None:
    names = ("kind", "title", "title_vi")
    offers.add_document(offer=offer, data=data["file"], by=by, at=at, **{name: data[name] for name in names})


def _disclosed(form: type[forms.SectionForm]) -> Section:
    return Section(form, _disclosure_start, _keep_disclosure)


RANKING_NAMES = ("label", "label_vi", "kind", "amount_minor", "as_of_on", "growth_bps")
USE_NAMES = ("label", "label_vi", "amount_minor", "to_selling_holders")
SECTIONS = {
    "terms": Section(forms.TermsForm, _terms_start, _keep_terms),
    "promotion": _disclosed(forms.PromotionForm),
    "authority": Section(
        forms.AuthorityForm, lambda offer: {"initial": {"authority": offer.authority}}, _keep_authority
    ),
    "preemption": _disclosed(forms.PreemptionForm),
    "ranking": Section(RankingForm, partial(_lines_start, RankingLine, RANKING_NAMES), _keep_ranking),
    "accounts": _disclosed(forms.AccountsForm),
    "price": _disclosed(forms.PriceForm),
    "uses": Section(UsesForm, partial(_lines_start, UseOfMoney, USE_NAMES), _keep_uses),
    "money": _disclosed(forms.MoneyHeldForm),
    "documents": Section(forms.DocumentForm, lambda offer: {}, _keep_document),
}
