"""The public check: is this paper of ours, and is it good? Nothing personal is shown."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from portal.queries.papers import find_paper


class CodeField(forms.RegexField):
    """The code is printed in groups, so that it may be typed with spaces."""

    def to_python(self, value: Any) -> str:
        """Return what was typed without spaces."""
        return "".join(super().to_python(value).split())


class CodeForm(forms.Form):
    """The code as it is printed on the paper."""

    code = CodeField(
        label=_("Code"),
        regex=r"^[A-Za-z0-9_-]{22}\Z",
        error_messages={
            "invalid": _("A code has 22 letters, figures, hyphens or underscores. Please look at it again."),
            "required": _("Type the code from the paper."),
        },
    )


@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and lead to its page."""
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(reverse("check_code", args=[form.cleaned_data["code"]]))
    return render(request, "portal/check.html", {"form": form, "face": "check"})


@require_GET
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Say what the paper is and whether it is good, or that there is none with this code."""
    code = "".join(code.split())
    paper = find_paper(code)
    if paper is None:
        return render(request, "portal/check_unknown.html", {"code": code, "face": "check"}, status=404)
    return render(request, paper.template, {**paper.facts, "code": code, "face": "check"})
