"""The public check: is this certificate good? Nothing personal is shown."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from equity.queries.certificates import find_by_code


class CodeField(forms.RegexField):
    """The code is printed in groups, so that it may be typed with spaces."""

    def to_python(self, value: Any) -> str:
        """Return what was typed without spaces."""
        return "".join(super().to_python(value).split())


CODE = re.compile(r"[A-Za-z0-9_-]{22}")


class CodeForm(forms.Form):
    """The code as it is printed on the certificate."""

    code = CodeField(
        label=_("Code"),
        regex=r"^[A-Za-z0-9_-]{22}\Z",
        error_messages={
            "invalid": _("A code has 22 letters, figures, hyphens or underscores. Please look at it again."),
            "required": _("Type the code from the certificate."),
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
    """Say valid, cancelled, replaced or unknown, and draw the certificate's notches."""
    context = _verdict(code)
    status = 404 if context["verdict"] == "unknown" else 200
    return render(request, "portal/check_result.html", context | {"face": "check"}, status=status)


def _verdict(code: str) -> dict[str, Any]:
    code = "".join(code.split())
    certificate = find_by_code(code) if CODE.fullmatch(code) else None
    if certificate is None:
        return {"verdict": "unknown", "code": code}
    end = getattr(certificate, "end", None)
    successor = end.replaced_by if end else None
    return {
        "verdict": end.kind if end else "valid",
        "code": code,
        "serial": certificate.serial,
        "issued_on": certificate.issued_on,
        "ended_on": end.ended_on if end else None,
        "successor_url": reverse("check_code", args=[successor.check_code]) if successor else "",
        "facts_hash": certificate.facts_sha256,
        "pdf_sha256": certificate.file.sha256 if hasattr(certificate, "file") else "",
    }
