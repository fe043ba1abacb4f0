"""Numbers in words, as a certificate says them beside the figures.

English is British ("two hundred and five"); Vietnamese follows the schoolbooks of the north, as the glossary does:
linh (105), mười lăm (15), hai mươi mốt (21), hai mươi tư (24), nghìn (1.000).
"""

LARGEST = 10**12

ENGLISH_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ENGLISH_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))

VIETNAMESE_DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()
VIETNAMESE_SCALES = ((10**9, "tỷ"), (10**6, "triệu"), (1000, "nghìn"))


def in_words(n: int, language: str) -> str:
    """Return ``n`` in words, in lower case, in "en" or "vi".

    Raises ``ValueError`` for a negative number, for one above 10^12, and for another language.
    """
    if not 0 <= n <= LARGEST:
        raise ValueError(f"{n} is not between 0 and {LARGEST}")
    match language:
        case "en":
            return _english(n)
        case "vi":
            return _vietnamese(n)
    raise ValueError(f"no number words in {language!r}")


def _english(n: int) -> str:
    words: list[str] = []
    for scale, name in ENGLISH_SCALES:
        count, n = divmod(n, scale)
        if count:
            words += [_english_below_thousand(count), name]
    if n and words:
        # One million and five, one thousand and ninety-nine; but: one thousand one hundred.
        words += ["and"] if n < 100 else []
    if n or not words:
        words.append(_english_below_thousand(n))
    return " ".join(words)


def _english_below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    if hundreds and rest:
        return f"{ENGLISH_SMALL[hundreds]} hundred and {_english_below_hundred(rest)}"
    return f"{ENGLISH_SMALL[hundreds]} hundred" if hundreds else _english_below_hundred(rest)


def _english_below_hundred(n: int) -> str:
    if n < 20:
        return ENGLISH_SMALL[n]
    tens, ones = divmod(n, 10)
    return ENGLISH_TENS[tens - 2] + (f"-{ENGLISH_SMALL[ones]}" if ones else "")


def _vietnamese(n: int) -> str:
    if n == 0:
        return VIETNAMESE_DIGITS[0]
    words: list[str] = []
    for scale, name in VIETNAMESE_SCALES:
        count, n = divmod(n, scale)
        if count:
            # 10^12 is said "one thousand milliards": its count of milliards has four digits.
            said = _vietnamese(count) if count >= 1000 else _vietnamese_below_thousand(count, full=bool(words))
            words += [said, name]
    if n:
        words.append(_vietnamese_below_thousand(n, full=bool(words)))
    return " ".join(words)


def _vietnamese_below_thousand(n: int, *, full: bool) -> str:
    """Say a group of three digits; after a larger group it is said in full, with "không trăm"."""
    hundreds, rest = divmod(n, 100)
    if not (hundreds or full):
        return _vietnamese_below_hundred(rest)
    words = [VIETNAMESE_DIGITS[hundreds], "trăm"]
    if 0 < rest < 10:
        words += ["linh", VIETNAMESE_DIGITS[rest]]
    elif rest:
        words.append(_vietnamese_below_hundred(rest))
    return " ".join(words)


def _vietnamese_below_hundred(n: int) -> str:
    tens, ones = divmod(n, 10)
    if tens == 0:
        return VIETNAMESE_DIGITS[ones]
    words = ["mười"] if tens == 1 else [VIETNAMESE_DIGITS[tens], "mươi"]
    # The tone of some digits changes after a ten: một > mốt, bốn > tư (not after mười), năm > lăm.
    changed = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    if ones:
        words.append(changed.get(ones, VIETNAMESE_DIGITS[ones]))
    return " ".join(words)
