from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# What a company's own fields may say in English and pages say in the reader's language.
REGISTRIES = (gettext_noop("England and Wales"), gettext_noop("Scotland"), gettext_noop("Northern Ireland"))
SIGNATORY_OFFICES = (gettext_noop("Director"), gettext_noop("Company secretary"))


class CompanyKind(TextChoices):
    """Who may offer shares to everybody: a plc, or a co-operative by its own rules (CA 2006 s.755)."""

    PLC = "plc", _("public limited company")
    COOPERATIVE = "cooperative", _("co-operative or community benefit society")
    PRIVATE = "private", _("private limited company")


class CompanyState(TextChoices):
    """A state that changes every page."""

    NORMAL = "normal", _("normal")
    OFFER_SUSPENDED = "offer_suspended", _("offer suspended")
    ADMINISTRATION = "administration", _("in administration")


class OfferState(TextChoices):
    """An offer's life."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    ALLOTTED = "allotted", _("allotted")
    FAILED = "failed", _("failed: the minimum was not reached")


class PromotionBasis(TextChoices):
    """FSMA 2000 s.21: approved by an authorised firm, or a named exemption."""

    APPROVED = "approved", _("approved by an authorised firm")
    EXEMPT = "exempt", _("exempt")


class Preemption(TextChoices):
    """CA 2006 s.561: existing holders first, unless disapplied under s.570 or s.571."""

    OFFERED = "offered", _("offered to existing holders first")
    DISAPPLIED = "disapplied", _("disapplied by special resolution")


class MoneyHeld(TextChoices):
    """Where application money lies until allotment."""

    SEPARATE = "separate", _("in a separate bank account")
    TRUST = "trust", _("with a trustee")
    COMPANY = "company", _("in the company's own account")


class RankKind(TextChoices):
    """Who stands in the queue when the company ends, first paid first."""

    CREDITOR = "creditor", _("lenders and suppliers")
    PREFERRED = "preferred", _("a class of shares that ranks ahead")
    EQUAL = "equal", _("your class, and classes beside it")


class ApplicationState(TextChoices):
    """The customer's way; the cooling-off is a time on the application, not a state."""

    STARTED = "started", _("started")
    RISK_ACKNOWLEDGED = "risk_acknowledged", _("risk warning read")
    DETAILED = "detailed", _("details given")
    CATEGORISED = "categorised", _("statement given")
    ASSESSED = "assessed", _("questions answered")
    QUANTITY_CHOSEN = "quantity_chosen", _("shares chosen")
    PAYABLE = "payable", _("waiting for payment")
    PAID = "paid", _("paid")
    ALLOTTED = "allotted", _("allotted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("not finished in time")
    REFUNDED = "refunded", _("refunded")


UNFINISHED = (
    ApplicationState.STARTED,
    ApplicationState.RISK_ACKNOWLEDGED,
    ApplicationState.DETAILED,
    ApplicationState.CATEGORISED,
    ApplicationState.ASSESSED,
    ApplicationState.QUANTITY_CHOSEN,
    ApplicationState.PAYABLE,
)
# States in which the application's shares count in the cap and in the person's limit.
KEPT = (
    ApplicationState.QUANTITY_CHOSEN,
    ApplicationState.PAYABLE,
    ApplicationState.PAID,
    ApplicationState.ALLOTTED,
)


class HolderKind(TextChoices):
    """Who will stand in the register."""

    SELF = "self", _("I")
    JOINT = "joint", _("I together with others")
    ORGANISATION = "organisation", _("an organisation that I represent")
    MINOR = "minor", _("I, on behalf of a child")


class InvestorCategory(TextChoices):
    """Statements of the UK direct-offer regime (COBS 4.7)."""

    RESTRICTED = "restricted", _("restricted investor")
    HIGH_NET_WORTH = "high_net_worth", _("high-net-worth investor")
    SELF_CERTIFIED = "self_certified", _("self-certified sophisticated investor")
    CERTIFIED = "certified", _("certified sophisticated investor")


class BatchState(TextChoices):
    """An allotment batch: made by one person, approved by another."""

    DRAFT = "draft", _("draft")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("sent back")


class EntryKind(TextChoices):
    """Why shares moved in the register."""

    ALLOTMENT = "allotment", _("allotment")
    TRANSFER = "transfer", _("transfer")
    CORRECTION = "correction", _("correction")


class CertificateEndKind(TextChoices):
    """Why a certificate is no longer good."""

    CANCELLED = "cancelled", _("cancelled")
    REPLACED = "replaced", _("replaced")
