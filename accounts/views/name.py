"""How somebody is shown, greeted and written to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import NameForm
from accounts.models import Party
from accounts.permissions import signed_in_user
from accounts.services.people import change_name, choose_language
from core import clock
from core.transactions import atomic


@login_required
@require_http_methods(["GET", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """Change one's name and language; staff without shares have none here and are sent back."""
    user = signed_in_user(request)
    if user.party_id is None:
        return HttpResponseRedirect(reverse("mfa_index"))
    party = Party.objects.get(pk=user.party_id)
    initial = {"full_name": party.display_name, "given_name": party.given_name, "language": party.language}
    form = NameForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data, at = form.cleaned_data, clock.now()
        with atomic():
            change_name(party=party, name=data["full_name"], given_name=data["given_name"], by=user, at=at)
            choose_language(party=party, language=data["language"], by=user, at=at)
        messages.info(request, _("Your name and language are changed."))
        return HttpResponseRedirect(reverse("mfa_index"))
    return render(request, "account/name.html", {"form": form})
