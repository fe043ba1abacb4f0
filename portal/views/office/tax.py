"""What the company withholds: the rules, entered with their source and ended, never changed."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries.people import roles_of
from core import clock
from dividends.models import WithholdingRule
from dividends.queries.statement_words import country_name
from dividends.services.withholding_rules import end_withholding_rule, enter_withholding_rule
from portal.forms.tax import EVERYWHERE, ONE_DAY, EndRuleForm, RuleForm, RulesForm
from portal.permissions import may_open
from portal.queries import office_tax
from portal.views.office.pages import acted, office_page, page_of, posted, query_without


def find_rule(rule_id: int) -> WithholdingRule:
    """Return a rule of the company's country, or a 404."""
    return get_object_or_404(WithholdingRule, pk=rule_id, issuer_country=settings.ISSUER_COUNTRY)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The rules in force and to come, of one income or country when asked for; those that ended too."""
    today, form = clock.today(), _rules_form(request)
    page = page_of(request, _rules(form))
    context = {
        "form": form,
        "page": page,
        "lines": [office_tax.rule_line(rule, on=today) for rule in page],
        "count": page.paginator.count,
        "page_query": query_without(request, "page"),
        "may_enter": may_open(roles_of(request.user), "office:tax_rule_new"),
        "country": country_name(settings.ISSUER_COUNTRY),
        "tab": "rules",
    }
    return office_page(request, "portal/office/tax.html", context)


def _rules_form(request: HttpRequest) -> RulesForm:
    return RulesForm(request.GET, country=[(EVERYWHERE, _("every country")), *office_tax.countries_of_rules()])


def _rules(form: RulesForm) -> Any:
    chosen = form.chosen
    country = {"": None, EVERYWHERE: ""}.get(chosen["country"] or "", chosen["country"])
    return office_tax.rules_for_office(
        on=clock.today(), income=chosen["income"] or "", country=country, ended=bool(chosen["ended"])
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a rule with its source."""
    form = RuleForm(posted(request), initial={"holder_country": EVERYWHERE})
    if request.method == "POST" and acted(request, form, partial(_enter, form=form), _("The rule is entered.")):
        return HttpResponseRedirect(reverse("office:tax"))
    context = {"form": form, "country": country_name(settings.ISSUER_COUNTRY), "back_url": reverse("office:tax")}
    return office_page(request, "portal/office/tax_rule_new.html", context, status=422 if form.errors else 200)


def _enter(_data: dict[str, Any], *, form: RuleForm, by: Any, at: Any) -> None:
    enter_withholding_rule(draft=form.draft(), by=by, at=at)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Say on which day a rule holds for the last time."""
    rule = find_rule(rule_id)
    form = EndRuleForm(posted(request), rule=rule)
    if request.method == "POST" and acted(request, form, partial(_end, rule=rule), _("The end is entered.")):
        return HttpResponseRedirect(reverse("office:tax"))
    line = office_tax.rule_line(find_rule(rule_id), on=clock.today())
    context = {"form": form, "line": line, "back_url": reverse("office:tax")}
    return office_page(request, "portal/office/tax_rule_end.html", context, status=422 if form.errors else 200)


def _end(data: dict[str, Any], *, rule: WithholdingRule, by: Any, at: Any) -> None:
    end_withholding_rule(rule=rule, valid_to=data["last_day"] + ONE_DAY, by=by, at=at)
