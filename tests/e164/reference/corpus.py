"""Writes corpus.txt.gz, numbers and what the reference library says of each, and differences.txt.

The numbers are the examples of every region and kind, samples of their patterns, near-misses of these, all numbers of
two to four digits, and random digits. The answers are the reference's for the number *as it is written*: its calling
code and the digits behind it are handed over apart, past the reference's parser, which drops what it takes for a
national prefix. Where the parser is of another opinion than the rest of the library on whether a number is valid, the
number stands in differences.txt, too.

Needs Python 3.11 and what tools/numbering-plan/requirements.txt names; tools/numbering-plan/generate.sh corpus runs it.
"""

import gzip
import random
import re._parser as patterns
import sys
from pathlib import Path

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

HERE = Path(__file__).parent
KINDS = ["fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan",
         "voicemail"]
CODES = {str(code) for code in COUNTRY_CODE_TO_REGION_CODE}
DIGITS = "0123456789"
chance = random.Random(20260101)


def sample(tree):
    """A text that the pattern matches."""
    text = ""
    for op, value in tree:
        match str(op):
            case "LITERAL":
                text += chr(value)
            case "IN":
                text += chance.choice([digit for digit in DIGITS if any(allows(part, digit) for part in value)])
            case "MAX_REPEAT":
                least, most, inner = value
                for _ in range(chance.randint(least, min(most, least + 12))):
                    text += sample(inner)
            case "SUBPATTERN":
                text += sample(value[-1])
            case "BRANCH":
                text += sample(chance.choice(value[1]))
            case other:
                raise ValueError(other)
    return text


def allows(part, digit):
    match str(part[0]):
        case "LITERAL":
            return chr(part[1]) == digit
        case "RANGE":
            return part[1][0] <= ord(digit) <= part[1][1]
        case "CATEGORY":
            return True  # \d
    raise ValueError(part)


def some_digits(count):
    return "".join(chance.choice(DIGITS) for _ in range(count))


def near(number):
    """The number with one thing changed, below its calling code."""
    at = chance.randrange(1, len(number))
    match chance.randrange(6):
        case 0 | 1:
            return number[:at] + chance.choice(DIGITS) + number[at + 1 :]
        case 2:
            return number[:at] + number[at + 1 :]
        case 3:
            return number[:at] + chance.choice(DIGITS) + number[at:]
        case 4:
            return number + some_digits(chance.randint(1, 3))
        case _:
            return number[: -chance.randint(1, 3)]


def numbers():
    yield from ("%d" % value for value in range(10, 10_000))
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            for kind in KINDS:
                desc = getattr(metadata, kind)
                if not desc or not desc.national_number_pattern:
                    continue
                tree = patterns.parse(desc.national_number_pattern)
                samples = {desc.example_number or ""} | {sample(tree) for _ in range(60)}
                for national in sorted(samples):
                    number = f"{code}{national}"
                    yield number
                    for _ in range(2):
                        yield near(number)
        for length in range(16):
            for _ in range(6):
                yield f"{code}{some_digits(length)}"
    for area in range(200, 1000):
        for _ in range(10):
            yield f"1{area}{chance.randint(2, 9)}{some_digits(6)}"
    for _ in range(30_000):
        yield chance.choice(DIGITS[1:]) + some_digits(chance.randint(1, 14))


def as_written(digits):
    """The number in the reference's form, no digit taken away; `None` without a calling code."""
    code = next((digits[:size] for size in (1, 2, 3) if digits[:size] in CODES), None)
    if code is None:
        return None
    national = digits[len(code) :]
    number = PhoneNumber(country_code=int(code), national_number=int(national or 0))
    zeros = len(national) - len(str(int(national or 0)))
    if zeros:
        number.italian_leading_zero, number.number_of_leading_zeros = True, zeros
    return number


def answer(number, national_digits):
    if number is None:
        return "INVALID_COUNTRY_CODE"
    if national_digits == 0:
        return "TOO_SHORT"  # which the reference's form cannot say
    if phonenumbers.is_valid_number(number):
        region = phonenumbers.region_code_for_number(number)
        assert phonenumbers.is_possible_number(number), number
        return f"{number.country_code} {region} {PhoneNumberType.to_string(phonenumbers.number_type(number))}"
    return ValidationResult.to_string(phonenumbers.is_possible_number_with_reason(number))


DIFFERENCES = """\
# Numbers that the reference's parser is of another opinion of than the rest of the reference, one a line:
# the number | what it is as it is written | what the parser makes of it | what that is
#
# One reason for all: reading an international number, too, the parser drops leading digits behind the calling code
# that callers within the country dial first, unless the number fits its general pattern with them and not without.
# - Not assigned as written: with such a prefix, or a carrier code, nobody is reached from abroad.
# - +375810 and seven digits, assigned as written: the parser drops the 8, and what is left is not assigned.
"""


def difference(digits, said):
    """The line of differences.txt, if the number belongs there."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except NumberParseException:
        assert not said[0].isdigit(), digits
        return None
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    other = answer(number, len(str(number.national_number)))
    if said[0].isdigit() == other[0].isdigit():
        assert text == f"+{digits}" or not other[0].isdigit(), digits
        return None
    return f"+{digits} | {said} | {text} | {other}"


def main():
    rows, differences = {}, []
    for digits in sorted(set(numbers())):
        if not 2 <= len(digits) <= 15:
            continue
        number = as_written(digits)
        said = answer(number, len(digits) - len(str(number.country_code)) if number else 0)
        rows.setdefault(said, []).append(digits)
        if line := difference(digits, said):
            differences.append(line)
    lines = [f"# phonenumbers {phonenumbers.__version__}"]
    for said, group in sorted(rows.items()):
        lines += [f"= {said}", *group]
    (HERE / "corpus.txt.gz").write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    (HERE / "differences.txt").write_text(DIFFERENCES + "\n".join(differences) + "\n")
    print(f"{sum(map(len, rows.values()))} numbers, {len(rows)} answers, {len(differences)} differences", file=sys.stderr)


if __name__ == "__main__":
    main()
