"""Holders' tax documents: the list, one document with its file, entered and refused."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.freshness import fresh_factor_required
from accounts.models import Party
from accounts.queries.people import roles_of
from core import clock
from dividends.models import TaxDocument
from dividends.queries.tax_documents import country_of, effects_of, evidence_names
from dividends.rules.document_types import ENDINGS, media_type_of
from dividends.services import tax_documents
from portal.forms.acts import ConfirmForm
from portal.forms.tax import DocumentsForm, FindHolderForm, TaxDocumentForm
from portal.permissions import may_open
from portal.queries import office_tax, office_tax_holders
from portal.views.office.pages import acted, office_page, page_of, posted, query_without, sort_columns
from portal.views.stored_files import file_answer

COLUMNS = (
    (gettext_lazy("Holder"), "name", False),
    (gettext_lazy("Document"), "kind", False),
    (gettext_lazy("State"), "until", False),
    (gettext_lazy("Entered"), "entered", False),
)


def find_document(document_id: int) -> TaxDocument:
    """Return the document with everything its pages show, or a 404."""
    return get_object_or_404(office_tax.documents_for_office(on=clock.today()), pk=document_id)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Documents, searched, of one kind and state, sorted, fifty to a page."""
    today, form = clock.today(), _documents_form(request)
    chosen = {name: value or "" for name, value in form.chosen.items()}
    search = chosen.pop("q")
    rows = office_tax.documents_for_office(on=today, search=search, sort=request.GET.get("sort", ""), **chosen)
    page = page_of(request, rows)
    context = {
        "form": form,
        "columns": sort_columns(request, COLUMNS),
        "page": page,
        "lines": [office_tax.document_line(row, on=today) for row in page],
        "count": page.paginator.count,
        "page_query": query_without(request, "page"),
        "may_enter": may_open(roles_of(request.user), "office:tax_document_find"),
        "tab": "documents",
    }
    return office_page(request, "portal/office/tax_documents.html", context)


def _documents_form(request: HttpRequest) -> DocumentsForm:
    return DocumentsForm(request.GET, kind=[(kind, kind) for kind in office_tax.document_kinds()])


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Whose document is it? Holders by name, member number or reference."""
    form = FindHolderForm(request.GET)
    search = form.chosen["q"] or ""
    lines, has_more = office_tax_holders.holders_found(search)
    context = {
        "form": form,
        "search": search.strip(),
        "lines": lines,
        "has_more": has_more,
        "has_kinds": bool(evidence_names(clock.today())),
        "back_url": reverse("office:tax_documents"),
    }
    return office_page(request, "portal/office/tax_document_find.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, holder_id: str) -> HttpResponse:
    """Enter a holder's document, with what it would change in sight."""
    party = get_object_or_404(office_tax_holders.holders(), public_id=holder_id)
    kinds = evidence_names(clock.today())
    form = TaxDocumentForm(posted(request), request.FILES or None, party=party, kinds=kinds)
    kept: list[TaxDocument] = []
    if request.method == "POST" and acted(request, form, partial(_enter, party=party, kept=kept)):
        return HttpResponseRedirect(reverse("office:tax_document", args=[kept[0].pk]))
    context = {
        "form": form,
        "has_kinds": bool(kinds),
        "back_url": reverse("office:tax_document_find"),
        **_effects(party, kinds),
    }
    return office_page(request, "portal/office/tax_document_new.html", context, status=422 if form.errors else 200)


def _effects(party: Party, kinds: list[str]) -> dict[str, Any]:
    country = country_of(party)
    effects = effects_of(party, country, kinds, on=clock.today())
    return {
        "holder": office_tax_holders.holder_line(party, country),
        "effects": office_tax.effect_lines(effects),
    }


def _enter(data: dict[str, Any], *, party: Party, kept: list[TaxDocument], by: Any, at: Any) -> None:
    name, document = data["file"]
    days = {"valid_from": data["valid_from"], "valid_until": data["valid_until"]}
    kept.append(
        tax_documents.enter_tax_document(
            party=party, kind=data["kind"], document=document, document_name=name, by=by, at=at, **days
        )
    )


@require_GET
def show(request: HttpRequest, document_id: int) -> HttpResponse:
    """One document: whose it is, how it stands, what it changes."""
    return _document_page(request, find_document(document_id), ConfirmForm())


def _document_page(request: HttpRequest, document: TaxDocument, form: ConfirmForm) -> HttpResponse:
    roles = roles_of(request.user)
    context = {
        "form": form,
        "document": document,
        "line": office_tax.document_line(document, on=clock.today()),
        "may_take": may_open(roles, "office:tax_document_file"),
        "may_refuse": may_open(roles, "office:tax_document_refuse"),
        "back_url": reverse("office:tax_documents"),
        **_effects(document.party, [document.kind]),
    }
    return office_page(request, "portal/office/tax_document.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@fresh_factor_required
def download(request: HttpRequest, document_id: int) -> HttpResponse:
    """The document as it was given; a GET, as after proving a factor, leads to its page."""
    document, form, files = find_document(document_id), ConfirmForm(posted(request)), list[bytes]()
    if request.method != "POST":
        return HttpResponseRedirect(reverse("office:tax_document", args=[document_id]))
    if not acted(request, form, partial(_take, document=document, files=files)):
        return _document_page(request, document, form)
    media_type = media_type_of(files[0]) or "application/octet-stream"
    name = f"tax-document-{document_id}.{ENDINGS.get(media_type, 'bin')}"
    return file_answer(files[0], name=name, media_type=media_type, to_keep=True)


def _take(_data: dict[str, Any], *, document: TaxDocument, files: list[bytes], by: Any, at: Any) -> None:
    files.append(tax_documents.take_tax_document(document=document, by=by, at=at))


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, document_id: int) -> HttpResponse:
    """Let a document count no more, after reading what that changes."""
    document, form = find_document(document_id), ConfirmForm(posted(request))
    act, said = partial(_refuse, document=document), _("The document is refused.")
    if request.method == "POST" and acted(request, form, act, said):
        return HttpResponseRedirect(reverse("office:tax_document", args=[document_id]))
    context = {
        "form": form,
        "document": document,
        "line": office_tax.document_line(document, on=clock.today()),
        "back_url": reverse("office:tax_document", args=[document_id]),
        **_effects(document.party, [document.kind]),
    }
    return office_page(request, "portal/office/tax_document_refuse.html", context, status=422 if form.errors else 200)


def _refuse(_data: dict[str, Any], *, document: TaxDocument, by: Any, at: Any) -> None:
    tax_documents.refuse_tax_document(document=document, by=by, at=at)
