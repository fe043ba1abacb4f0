from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartyKind(TextChoices):
    """Who can stand in the register as one holder."""

    PERSON = "person", _("person")
    JOINT = "joint", _("joint holders")
    ORGANISATION = "organisation", _("organisation")


class MemberRole(TextChoices):
    """In what capacity a person belongs to a joint set or to an organisation."""

    HOLDER = "holder", _("joint holder")
    REPRESENTATIVE = "representative", _("representative")


class Language(TextChoices):
    """The languages a person can be written to in, each called as its speakers call it."""

    ENGLISH = "en", "English"
    VIETNAMESE = "vi", "Tiếng Việt"


class Role(TextChoices):
    """What a member of staff may do in the office."""

    SECRETARY = "secretary", _("company secretary")
    FINANCE = "finance", _("finance")
    DIRECTOR = "director", _("director")
    CHAIR = "chair", _("chair of the meeting")
    DOOR = "door", _("door")
