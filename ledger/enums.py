from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountKind(TextChoices):
    """The five kinds of account of double-entry book-keeping."""

    ASSET = "asset", _("asset")
    LIABILITY = "liability", _("liability")
    EQUITY = "equity", _("equity")
    INCOME = "income", _("income")
    EXPENSE = "expense", _("expense")
