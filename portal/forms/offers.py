"""Forms of an offer's sections. They validate and clean; the services save."""

import re
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from equity.enums import MoneyHeld, Preemption, PromotionBasis
from equity.models import AllotmentAuthority, JurisdictionProfile, Offer, ShareClass
from equity.queries.company import get_company
from portal.forms.fields import AmountField, DayField, MomentField, SharesField
from portal.labels import FIELD_LABELS

PDF_BYTES_MAX = 10 * 1024 * 1024
TAKEN_BY_PAGES = frozenset({"new"})
DOCUMENT_KINDS = (
    ("offer-document", _("Offer document")),
    ("accounts", _("Last accounts")),
    ("articles", _("Articles of association")),
    ("valuation", _("Valuation")),
    ("application-terms", _("Terms of application")),
)
Pairs = list[list[forms.BoundField]]


class SectionForm(forms.Form):
    """A section of the offer; ``pairs`` names the fields that stand side by side in two languages."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args: Any, offer: Offer | None = None, **kwargs: Any) -> None:
        self.offer = offer
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            self.name_field(name)

    def name_field(self, name: str) -> None:
        """Give the field its label, and words of its own for when it is left empty."""
        field = self.fields[name]
        field.label = field.label or FIELD_LABELS.get(name)
        field.error_messages["required"] = _("Fill in: %(label)s") % {"label": field.label}

    @property
    def currency(self) -> str:
        """The currency in which amounts are typed: the offer's, before there is one the company's."""
        return self.offer.currency if self.offer else get_company().currency

    def groups(self) -> Pairs:
        """Return the visible fields in order, those of a pair together."""
        seconds = dict(self.pairs)
        behind = set(seconds.values())
        return [
            [self[field.name], self[seconds[field.name]]] if field.name in seconds else [field]
            for field in self.visible_fields()
            if field.name not in behind
        ]


class TermsForm(SectionForm):
    """What is sold, to whom, at what price and when."""

    pairs = (("title", "title_vi"), ("block_size", "person_min_shares"), ("person_max_shares", "minimum_shares"),
             ("opens_at", "closes_at"))  # fmt: skip
    title = forms.CharField(max_length=120)
    title_vi = forms.CharField(max_length=120)
    share_class = forms.ModelChoiceField(queryset=ShareClass.objects.order_by("rank", "code"))
    profile = forms.ModelChoiceField(queryset=JurisdictionProfile.objects.order_by("name"))
    block_size = SharesField()
    person_min_shares = SharesField()
    person_max_shares = SharesField()
    minimum_shares = SharesField()
    cap_shares = SharesField()
    opens_at = MomentField()
    closes_at = MomentField()
    countries = forms.CharField(
        max_length=400, help_text=_("Two letters for each country, with commas between them: GB, VN.")
    )

    @property
    def currency(self) -> str:
        """The typed class decides in which currency the typed price is read."""
        typed = str(self.data.get("share_class", ""))
        found = ShareClass.objects.filter(pk=typed).first() if typed.isdecimal() and len(typed) < 19 else None
        return found.currency if found else super().currency

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = AmountField(currency=self.currency, minimum_minor=1, label=FIELD_LABELS["price_minor"])
        self.fields["price_minor"] = price
        self.name_field("price_minor")
        self.order_fields(["title", "title_vi", "slug", "share_class", "profile", "price_minor"])

    def clean_countries(self) -> list[str]:
        """Return country codes without doubles; refuse what is no country (ISO 3166-1)."""
        known = Locale.parse(get_language() or "en").territories
        codes = list(dict.fromkeys(re.split(r"[,;\s]+", self.cleaned_data["countries"].upper().strip(" ,;"))))
        for code in codes:
            if not re.fullmatch(r"[A-Z]{2}", code) or code not in known:
                raise ValidationError(
                    _("“%(code)s” is no country. Write two letters, for example GB."), params={"code": code}
                )
        return codes

    def clean(self) -> dict[str, Any]:
        """Refuse limits that contradict each other, by the field that must change."""
        data = super().clean() or {}
        data["currency"] = data["share_class"].currency if data.get("share_class") else self.currency
        self._in_order("person_min_shares", "block_size", _("Nobody can buy less than one block."))
        self._in_order("person_max_shares", "person_min_shares", _("The most for one person is below the fewest."))
        self._in_order("cap_shares", "person_max_shares", _("One person could buy more than the whole offer."))
        self._in_order("cap_shares", "minimum_shares", _("The whole offer is smaller than its minimum."))
        if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
            self.add_error("closes_at", _("The offer must close after it opens."))
        for name in ("person_min_shares", "person_max_shares"):
            if data.get(name) and data.get("block_size") and data[name] % data["block_size"]:
                self.add_error(name, _("This is not a whole number of blocks."))
        return data

    def _in_order(self, larger: str, smaller: str, sentence: Any) -> None:
        high, low = self.cleaned_data.get(larger), self.cleaned_data.get(smaller)
        if high is not None and low is not None and high < low:
            self.add_error(larger, sentence)


class NewOfferForm(TermsForm):
    """The terms of a new offer; its name in the address is given once, because people keep links."""

    slug = forms.SlugField(
        max_length=50,
        label=FIELD_LABELS["slug"],
        help_text=_("Small letters, figures and hyphens, for example round-three. It cannot be changed later."),
    )

    def clean_slug(self) -> str:
        """Refuse a name that another offer has."""
        slug: str = self.cleaned_data["slug"].lower()
        if slug in TAKEN_BY_PAGES or Offer.objects.filter(slug=slug).exists():
            raise ValidationError(_("Another offer has this name already."))
        return slug


class PromotionForm(SectionForm):
    """FSMA 2000 s.21: approved by an authorised firm, or a named exemption."""

    pairs = (("promotion_firm", "promotion_firm_number"), ("promotion_approved_on", "promotion_expires_on"))
    promotion_basis = forms.ChoiceField(choices=PromotionBasis.choices, widget=forms.RadioSelect)
    promotion_firm = forms.CharField(max_length=120, required=False)
    promotion_firm_number = forms.CharField(max_length=20, required=False)
    promotion_approved_on = DayField(required=False)
    promotion_expires_on = DayField(required=False)
    promotion_exemption = forms.CharField(
        max_length=200, required=False, help_text=_("Only when no firm approved it: the article you rely on.")
    )


class AuthorityForm(SectionForm):
    """CA 2006 s.551: the directors' authority this offer uses."""

    authority = forms.ModelChoiceField(
        queryset=AllotmentAuthority.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = AllotmentAuthority.objects.filter(share_class=self.offer.share_class) if self.offer else None
        choice = self.fields["authority"]
        choice.queryset = rows.order_by("-resolved_on") if rows is not None else choice.queryset  # type: ignore[attr-defined]
        choice.label_from_instance = _authority_words  # type: ignore[attr-defined]


def _authority_words(authority: AllotmentAuthority) -> str:
    return str(_("%(reference)s: %(left)s of %(most)s shares left, ends %(end)s") % {
        "reference": authority.resolution_reference,
        "left": f"{authority.max_shares - authority.used_shares:,}",
        "most": f"{authority.max_shares:,}",
        "end": authority.expires_on.isoformat(),
    })  # fmt: skip


class NewAuthorityForm(SectionForm):
    """A resolution of the members that lets the directors allot."""

    pairs = (("resolved_on", "expires_on"),)
    resolution_reference = forms.CharField(max_length=120, label=_("Resolution"))
    resolved_on = DayField(label=_("Resolved on"))
    expires_on = DayField(
        label=_("Ends on"), help_text=_("At most five years later (Companies Act 2006, s.551). For example 2031-05-31.")
    )
    max_shares = SharesField(label=_("Most shares that may be allotted under it"))

    def clean(self) -> dict[str, Any]:
        """Refuse an authority that ends before it begins."""
        data = super().clean() or {}
        if data.get("resolved_on") and data.get("expires_on") and data["expires_on"] <= data["resolved_on"]:
            self.add_error("expires_on", _("It must end after it was resolved."))
        return data


class PreemptionForm(SectionForm):
    """CA 2006 s.561 and s.570-571: existing holders first, unless disapplied."""

    preemption = forms.ChoiceField(choices=Preemption.choices, widget=forms.RadioSelect)
    preemption_reference = forms.CharField(max_length=120)


class AccountsForm(SectionForm):
    """The last result, as it was."""

    accounts_year_end_on = DayField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("accounts_profit_minor", "accounts_cash_minor", "accounts_net_debt_minor"):
            self.fields[name] = AmountField(currency=self.currency)
            self.name_field(name)


class PriceForm(SectionForm):
    """Basis of the price, last trade, last dividend."""

    pairs = (("price_basis", "price_basis_vi"), ("last_dividend", "last_dividend_vi"))
    price_basis = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    price_basis_vi = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    price_independent_check = forms.CharField(
        max_length=160, required=False, help_text=_("Leave empty when nobody did: the page then says so.")
    )
    never_traded = forms.BooleanField(required=False)
    last_traded_on = DayField(required=False)
    last_dividend = forms.CharField(max_length=120)
    last_dividend_vi = forms.CharField(max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price = AmountField(currency=self.currency, minimum_minor=1, required=False)
        self.fields["last_traded_price_minor"] = price
        self.name_field("last_traded_price_minor")
        self.order_fields(["price_basis", "price_basis_vi", "price_independent_check", "never_traded",
                           "last_traded_price_minor"])  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a traded price without its day, and a trade of shares that were never traded."""
        data = super().clean() or {}
        price, day = data.get("last_traded_price_minor"), data.get("last_traded_on")
        if (price is None) != (day is None) and not self.errors:
            self.add_error("last_traded_on", _("A traded price needs its day, and a day its price."))
        if data.get("never_traded") and (price or day):
            self.add_error("never_traded", _("Either the shares were never traded, or there is a last price."))
        return data


class MoneyHeldForm(SectionForm):
    """Where application money lies until allotment."""

    money_held = forms.ChoiceField(
        choices=MoneyHeld.choices,
        widget=forms.RadioSelect,
        help_text=_("In the company's own account the offer page warns that the money may be lost with the company."),
    )
    money_held_where = forms.CharField(max_length=160)


class DocumentForm(SectionForm):
    """A PDF of the offer; the same kind again is its next version."""

    pairs = (("title", "title_vi"),)
    kind = forms.ChoiceField(choices=DOCUMENT_KINDS, label=_("Kind"))
    title = forms.CharField(max_length=160)
    title_vi = forms.CharField(max_length=160)
    file = forms.FileField(
        label=_("PDF file"),
        help_text=_("At most 10 MB. Earlier versions stay: somebody may have accepted them."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes:
        """Return the bytes of a PDF within the limit; the size is judged before anything is read."""
        upload = self.cleaned_data["file"]
        if upload.size > PDF_BYTES_MAX:
            raise ValidationError(_("This file is larger than 10 MB."))
        data: bytes = upload.read()
        if not data.startswith(b"%PDF"):
            raise ValidationError(_("This file is not a PDF."))
        return data
