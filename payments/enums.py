from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from payments.rules.outcomes import RefundStatus, State


class PaymentState(TextChoices):
    """See Note [Monotonic state] in payments.rules.outcomes."""

    CREATED = State.CREATED.value, _("waiting for the payer")
    PROCESSING = State.PROCESSING.value, _("under way at the bank")
    SUCCEEDED = State.SUCCEEDED.value, _("paid")
    REFUNDED = State.REFUNDED.value, _("paid back")
    FAILED = State.FAILED.value, _("failed")
    EXPIRED = State.EXPIRED.value, _("not paid in time")


class RefundState(TextChoices):
    """A refund is ``sent`` once the provider has taken it."""

    REQUESTED = RefundStatus.REQUESTED.value, _("waiting to be sent")
    SENT = RefundStatus.SENT.value, _("sent")
    SUCCEEDED = RefundStatus.SUCCEEDED.value, _("paid back")
    FAILED = RefundStatus.FAILED.value, _("failed")


class AttemptOutcome(TextChoices):
    """How one call to the provider ended.

    ``open`` includes "we do not know": the same key is used again. After ``server_error`` the provider would
    replay its error under that key, so the next attempt looks first and takes a new key.
    """

    OPEN = "open", _("not known yet")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    SERVER_ERROR = "server_error", _("the provider failed")
    ABANDONED = "abandoned", _("too old to repeat")
