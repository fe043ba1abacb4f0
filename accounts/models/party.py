from django.db import models
from django.db.models import F, Q

from accounts.enums import Language, MemberRole, PartyKind
from core.ids import PublicIdField

NAME_LENGTH_MAX = 300
# A sort key spends several characters on a letter with marks: see accounts.rules.names.
KEY_LENGTH_MAX = 1500
JOINT_HOLDERS_MAX = 4


class Party(models.Model):
    """Whoever can hold shares, vote or be paid: a person, a joint set, or an organisation.

    ``display_name`` is the name as its owner writes it; ``given_name`` is what we greet by ("Chào Tuyết"), kept apart
    because no rule can tell it from the full name in every culture. ``forename`` and ``surname`` stay empty unless the
    profile of the register asks for them.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=16, choices=PartyKind.choices)
    display_name = models.CharField(max_length=NAME_LENGTH_MAX)
    given_name = models.CharField(max_length=NAME_LENGTH_MAX, blank=True, default="")
    forename = models.CharField(max_length=NAME_LENGTH_MAX, blank=True, default="")
    surname = models.CharField(max_length=NAME_LENGTH_MAX, blank=True, default="")
    organisation_number = models.CharField(max_length=32, blank=True, default="")
    name_search = models.CharField(max_length=KEY_LENGTH_MAX)
    name_sort = models.CharField(max_length=KEY_LENGTH_MAX)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.ENGLISH)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="party_kind_known", condition=Q(kind__in=PartyKind.values)),
            models.CheckConstraint(name="party_language_known", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="party_has_a_name", condition=~Q(display_name="")),
            models.CheckConstraint(
                name="party_can_be_found",
                condition=~Q(name_search="") & ~Q(name_sort=""),
            ),
            models.CheckConstraint(
                name="party_person_can_be_greeted",
                condition=~Q(kind=PartyKind.PERSON) | ~Q(given_name=""),
            ),
            models.CheckConstraint(
                name="party_number_is_of_an_organisation",
                condition=Q(kind=PartyKind.ORGANISATION) | Q(organisation_number=""),
            ),
            models.CheckConstraint(
                name="party_forename_is_of_a_person",
                condition=Q(kind=PartyKind.PERSON) | Q(forename="", surname=""),
            ),
        ]
        indexes = [
            models.Index(fields=["name_sort", "id"], name="party_by_name"),
            models.Index(
                fields=["organisation_number"],
                name="party_by_number",
                condition=~Q(organisation_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class PartyMember(models.Model):
    """A person's place in a joint set, or a person who acts for an organisation.

    ``position`` is the order in the register; the first-named joint holder is the one whose vote counts when joint
    holders disagree. That ``joint`` is no person, ``person`` is one, and the role fits is checked by a trigger.
    """

    joint = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="memberships")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=16, choices=MemberRole.choices, default=MemberRole.HOLDER)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="member_position_taken_once", fields=["joint", "position"]),
            models.UniqueConstraint(name="member_stands_once", fields=["joint", "person"]),
            models.CheckConstraint(name="member_is_not_itself", condition=~Q(joint=F("person"))),
            models.CheckConstraint(
                name="member_position_within_four",
                condition=Q(position__gte=1, position__lte=JOINT_HOLDERS_MAX),
            ),
            models.CheckConstraint(name="member_role_known", condition=Q(role__in=MemberRole.values)),
        ]

    def __str__(self) -> str:
        return f"{self.joint_id}/{self.position} {self.role}"


class PrivateContact(models.Model):
    """How we reach a person, and what identity checks need; never part of the register anybody may inspect.

    ``country`` is the country of residence (ISO 3166-1 alpha-2). The service address is not here: it belongs to the
    register.
    """

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="contact")
    email = models.EmailField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    date_of_birth = models.DateField(null=True, blank=True)
    country = models.CharField(max_length=2, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contact_country_is_iso_3166",
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
            ),
            models.CheckConstraint(
                name="contact_born_after_1900",
                condition=Q(date_of_birth=None) | Q(date_of_birth__gte="1900-01-01"),
            ),
        ]
        indexes = [models.Index(fields=["email"], name="contact_by_email", condition=~Q(email=""))]

    def __str__(self) -> str:
        return f"contact of {self.party_id}"
