from equity.models.allotment import AllotmentAuthority, AllotmentBatch, AllotmentLine
from equity.models.application import (
    Application,
    DocumentAcceptance,
    QuizAttempt,
    StatementGiven,
)
from equity.models.certificate import Certificate, CertificateEnd, CertificateFile
from equity.models.company import Company, ShareClass
from equity.models.offer import (
    Offer,
    OfferApproval,
    OfferCapacity,
    OfferDisclosure,
    OfferDocument,
    PersonAllowance,
    RankingLine,
    RankingSignature,
    UseOfMoney,
)
from equity.models.profile import JurisdictionProfile, ProfileText
from equity.models.register import (
    Lot,
    LotEnd,
    Member,
    MemberParticulars,
    RegisterAccount,
    RegisterBatch,
    RegisterEntry,
    RegisterHead,
)

__all__ = [
    "AllotmentAuthority",
    "AllotmentBatch",
    "AllotmentLine",
    "Application",
    "Certificate",
    "CertificateEnd",
    "CertificateFile",
    "Company",
    "DocumentAcceptance",
    "JurisdictionProfile",
    "Lot",
    "LotEnd",
    "Member",
    "MemberParticulars",
    "Offer",
    "OfferApproval",
    "OfferCapacity",
    "OfferDisclosure",
    "OfferDocument",
    "PersonAllowance",
    "ProfileText",
    "QuizAttempt",
    "RankingLine",
    "RankingSignature",
    "RegisterAccount",
    "RegisterBatch",
    "RegisterEntry",
    "RegisterHead",
    "ShareClass",
    "StatementGiven",
    "UseOfMoney",
]
