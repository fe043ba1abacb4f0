"""Questions on the page of a result."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ballots.rules.proofs.papers import tidy_code

TYPED_MAX = 80


class FindForm(forms.Form):
    """A tracking code, typed as people type: small letters, spaces, O for 0."""

    code = forms.CharField(
        label=_("Your tracking code"),
        help_text=_("The 20 letters and figures from your receipt. Spaces, hyphens and small letters do not matter."),
        max_length=TYPED_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={
            "required": _("Type the tracking code from your receipt."),
            "max_length": _("A tracking code has 20 letters and figures. Please look at it again."),
        },
    )

    def clean_code(self) -> str:
        """Return the code as it is printed; refuse what cannot be one."""
        code = tidy_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("A tracking code has 20 letters and figures. Please look at it again."))
        return code


class ChallengeForm(forms.Form):
    """What is wrong with a result."""

    text = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("Your words and the answer are published on this page, without your name."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Please say what is wrong, so that somebody can look into it."),
            "max_length": _("Please say it in at most 2,000 letters."),
        },
    )
