from accounts.models.factors import ConfirmationCode, UsedCode
from accounts.models.party import Party, PartyMember, PrivateContact
from accounts.models.user import StaffRole, User

__all__ = [
    "ConfirmationCode",
    "Party",
    "PartyMember",
    "PrivateContact",
    "StaffRole",
    "UsedCode",
    "User",
]
