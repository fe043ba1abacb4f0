from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.enums import Role
from accounts.models.party import Party


class UserManager(BaseUserManager["User"]):
    """Finds a user by e-mail in any letter case; makes none: `accounts.services.people` does."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of the address."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody who can sign in. Staff without shares have no party.

    ``is_staff`` opens Django's admin, which only shows: no permission to change anything through it exists, for
    nobody. What somebody may do in the office are `StaffRole` rows.
    """

    email = models.EmailField(max_length=254)
    # How staff sign what they decide; holders are called by their party's name.
    name = models.CharField(max_length=120, blank=True, default="")
    party = models.OneToOneField(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="user")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # Real time, not the demo's: nothing legal hangs on it, and allauth makes the row without asking our clock.
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(name="user_email_is_one_persons", fields=["email"]),
            models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.email

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Allow staff to look at everything in the admin, and nobody to change anything there."""
        return self.is_active and self.is_staff and perm.partition(".")[2].startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        """Show every section of the admin to staff."""
        return self.is_active and self.is_staff


class StaffRole(models.Model):
    """A role in the office; ``given_by`` is empty for the first, given at the command line."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=16, choices=Role.choices)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="staff_role_given_once", fields=["user", "role"]),
            models.CheckConstraint(name="staff_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="staff_role_not_given_to_oneself",
                condition=Q(given_by=None) | ~Q(given_by=F("user")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
