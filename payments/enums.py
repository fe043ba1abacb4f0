from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from payments.rules.bank_details import Scheme
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


class MandateScheme(TextChoices):
    """How an account is named: by sort code and number in the United Kingdom, by IBAN elsewhere."""

    UK = Scheme.UK.value, _("sort code and account number")
    IBAN = Scheme.IBAN.value, _("IBAN")


class MandateEnd(TextChoices):
    """Why bank details are not used any more."""

    REPLACED = "replaced", _("replaced by new details")
    WITHDRAWN = "withdrawn", _("taken back")
    NOT_ME = "not_me", _("not given by the holder")


class PayoutRoute(TextChoices):
    """The way money leaves."""

    SANDBOX = "sandbox", _("sandbox bank")
    CSV = "csv", _("file for the bank")


class RunState(TextChoices):
    """The way of a payment run; it only goes forward."""

    DRAFT = "draft", _("waits for approval")
    APPROVED = "approved", _("approved, waits for its day")
    PAYING = "paying", _("being paid")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class PayoutState(TextChoices):
    """See `payments.models.Payout`."""

    READY = "ready", _("waits for its turn")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    SETTLED = "settled", _("paid")
    FAILED = "failed", _("failed")
    RETURNED = "returned", _("came back")
    HELD = "held", _("held back")
    CANCELLED = "cancelled", _("cancelled")
