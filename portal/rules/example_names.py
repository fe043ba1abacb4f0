"""Invented people, clubs and addresses: the same seed gives the same ones. No real person or place is meant.

Postcodes begin with letters that no post office uses (Q, V and X), so that no letter can ever be misdirected.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

ENGLISH_GIVEN = (
    "Agatha Alfie Amelia Amir Anwen Archie Beatrix Ben Bethan Bridget Callum Carys Cecily Clara Conor Daisy Declan "
    "Dilys Dominic Edith Eleanor Emrys Esme Farah Fergus Finlay Flora Freya George Gethin Grace Hamish Harriet Hattie "
    "Hugo Imogen Iris Isla Ivor Jasmine Joan Kit Lewis Lottie Mabel Maeve Marcus Martha Morag Ned Niamh Nora Olive "
    "Oscar Owen Percy Petra Polly Priya Rafe Rosa Rowan Ruby Rupert Sanjay Saoirse Seren Siân Sidney Stella Tabitha "
    "Theo Tilda Una Wilf Winifred Zara Zoë"
).split()
ENGLISH_FAMILY = (
    "Abara Ainsworth Alderson Ashdown Barrow Bickerstaff Blythe Bracegirdle Brindley Bryce Cadwallader Chadwick Cobb "
    "Crabtree Cutler Dalgleish Dewhurst Drinkwater Dunmore Eastwood Ellery Entwistle Fairclough Farrell Fenwick "
    "Fothergill Garside Goodfellow Greenhalgh Gupta Haddon Hargreaves Hawthorne Heptonstall Holroyd Hussain Ibbotson "
    "Jellicoe Kettlewell Khan Kirkbride Lockwood Loxley MacAskill Maddox Marsden Mellor Merrick Mistry Narraway "
    "Nuttall Oakley Ogden Oldfield O’Rourke Osei Pargeter Patel Penhaligon Pickersgill Quayle Ramsbottom Redfern "
    "Rhys-Jones Rigby Rossi Sedgwick Shuttleworth Silverdale Smith-Okoro Stainforth Tattersall Thackeray Tregenza "
    "Underhill Vance Waddington Wainwright Whitlow Winstanley Wrigley Yarwood"
).split()
VIETNAMESE_FAMILY = (
    "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đinh "
    "Trịnh Trương Lương Mạc Tạ Đoàn"
).split()
VIETNAMESE_WOMEN = (
    "Ánh An Bích Châu Diễm Dung Duyên Giang Hà Hạnh Hiền Hoa Hồng Huệ Hương Khánh Lan Liên Linh Loan Mai Minh My Nga "
    "Ngân Ngọc Nhung Oanh Phương Quỳnh Tâm Thảo Thơ Thu Thủy Trang Trinh Tuyết Uyên Vân Yến"
).split()
VIETNAMESE_MEN = (
    "Anh Bảo Bình Công Cường Dũng Duy Đạt Đức Giang Hải Hiếu Hòa Hoàng Hùng Huy Khoa Kiên Lâm Long Lộc Minh Nam Nghĩa "
    "Nhân Phong Phúc Quân Quang Sơn Tài Thắng Thành Thịnh Tiến Toàn Trí Trung Tuấn Việt Vinh"
).split()
WOMEN_MIDDLE = "Thị Thị Thị Ngọc Thu Phương Kim Diệu Thanh Quỳnh".split()
MEN_MIDDLE = "Văn Văn Hữu Đức Minh Quốc Gia Xuân Thanh Đình".split()

STREETS = (
    "Lock Cottages|Towpath Row|Maltings Lane|Winding Hole Road|Coopers Yard|Puddle Bank|Sluice Street|Narrowboat Way|"
    "Hop Kiln Close|Basin Terrace|Mash Tun Hill|Stop Plank Lane|Aqueduct View|Wharf Parade|Barley Mow Street|"
    "Gauging Street|Balance Beam Court|Ropewalk|Paddle Gear Road|Tollhouse Lane"
).split("|")
TOWNS = (
    "Wenlow|Marlby Wharf|Cutterstone|Oxenlock|Hebblewick|Addleford|Staithe Green|Nether Pound|Summit Bridge|"
    "Gannow Mill|Tunnel End|Kingsluice|Ropley Basin|Wherrystoke"
).split("|")
POSTCODE_AREAS = ("QW", "VX", "XL", "QD", "XB")
ABROAD = (
    ("VN", "Hà Nội", "ngõ Giếng Sen"),
    ("VN", "Đà Nẵng", "đường Bến Thuyền"),
    ("IE", "Ballynalock", "Canal Row"),
    ("DE", "Schleusenau", "Am Treidelpfad"),
    ("FR", "Pont-l’Écluse", "quai des Mariniers"),
    ("NL", "Sluisbroek", "Trekvaartkade"),
    ("AU", "Weirs Crossing", "Barge Street"),
    ("CA", "Lockhaven Falls", "Portage Road"),
    ("JP", "Suimon", "Unga-dori"),
)
CLUBS = ("Narrowboat Club", "Homebrew Society", "Cricket Club", "Brass Band", "Hop Growers", "Anglers")
COMPANY_WORDS = ("Bakery Ltd", "Cycle Hire Ltd", "Joinery Ltd", "Cheese Company Ltd", "Taproom Ltd")

VIETNAMESE_OF_TEN = 4
JOINT_EVERY, ORGANISATION_EVERY, ABROAD_EVERY = 12, 24, 17


@dataclass(frozen=True)
class PersonPlan:
    """An invented person; ``display_name`` as they write it themselves."""

    display_name: str
    given_name: str
    forename: str
    surname: str
    language: str
    born_on: date


@dataclass(frozen=True)
class Address:
    """An invented service address; ``country`` by ISO 3166-1."""

    line: str
    city: str
    postcode: str
    country: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.line, self.city, self.postcode) if part)


@dataclass(frozen=True)
class HolderPlan:
    """One future line of the register: a person, two to four people together, or an organisation."""

    people: tuple[PersonPlan, ...]
    organisation: str
    organisation_number: str
    address: Address

    @property
    def is_joint(self) -> bool:
        """Tell whether several people hold together."""
        return not self.organisation and len(self.people) > 1


def holder_plans(random: Random) -> Iterator[HolderPlan]:
    """Yield invented holders without end; every twelfth is joint, every twenty-fourth an organisation."""
    number = 0
    while True:
        number += 1
        is_organisation = number % ORGANISATION_EVERY == 7
        is_joint = number % JOINT_EVERY == 3
        size = random.choice((2, 2, 2, 2, 3, 4)) if is_joint else 1
        people = [_person(random)]
        while len(people) < size:
            other = _person(random)
            if other.display_name not in {person.display_name for person in people}:
                people.append(other)
        address = _abroad(random) if number % ABROAD_EVERY == 5 else _at_home(random)
        organisation = _organisation(random) if is_organisation else ""
        company_number = f"QX{random.randrange(1_000_000):06d}" if is_organisation else ""
        yield HolderPlan(tuple(people), organisation, company_number, address)


def _person(random: Random) -> PersonPlan:
    born_on = date(1942, 1, 1) + timedelta(days=random.randrange(60 * 365))
    if random.randrange(10) < VIETNAMESE_OF_TEN:
        return _vietnamese(random, born_on)
    given, family = random.choice(ENGLISH_GIVEN), random.choice(ENGLISH_FAMILY)
    return PersonPlan(f"{given} {family}", given, given, family, "en", born_on)


def _vietnamese(random: Random, born_on: date) -> PersonPlan:
    given, middle = (
        (random.choice(VIETNAMESE_WOMEN), random.choice(WOMEN_MIDDLE))
        if random.random() < 0.5
        else (random.choice(VIETNAMESE_MEN), random.choice(MEN_MIDDLE))
    )
    family = random.choice(VIETNAMESE_FAMILY)
    if given == middle:
        middle = "An"
    return PersonPlan(f"{family} {middle} {given}", given, f"{middle} {given}", family, "vi", born_on)


def _at_home(random: Random) -> Address:
    outward = f"{random.choice(POSTCODE_AREAS)}{random.randrange(1, 20)}"
    inward = f"{random.randrange(1, 10)}{random.choice('ABDEFGHJLN')}{random.choice('PQRSTUWXYZ')}"
    line = f"{random.randrange(1, 140)} {random.choice(STREETS)}"
    return Address(line, random.choice(TOWNS), f"{outward} {inward}", "GB")


def _abroad(random: Random) -> Address:
    country, city, street = random.choice(ABROAD)
    return Address(f"{random.randrange(1, 140)} {street}", city, "", country)


def _organisation(random: Random) -> str:
    return f"{random.choice(TOWNS)} {random.choice(CLUBS + COMPANY_WORDS)}"
