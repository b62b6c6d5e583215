"""Writes human.txt.gz: numbers as people write them, by region, and the number that each text means.

The numbers are the reference library's examples of every region and kind, and numbers that its patterns match. A line is
`number|text`, or `number|text|extension`, below a line `= REGION FORM` that says where it is dialled and how it is
written:

- national: as the reference writes it within its region, and with the national prefix and its bare digits;
- international: with `+`;
- coded: with the calling code and without `+`;
- zero: with `(0)` where 0 is the national prefix;
- abroad: behind each prefix that the region's pattern of international prefixes matches;
- extension: any of these and an extension.

Needs Python 3.11 and what tools/numbering-plan/requirements.txt names; tools/numbering-plan/generate.sh human runs it.
"""

import gzip
import itertools
import random
import re._parser as patterns
import sys
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from corpus import KINDS, allows, sample

HERE = Path(__file__).parent
EXTENSIONS = [" ext. {}", " x{}", ";ext={}", " #{}", ", ext {}", " Extension: {}", " (ext. {})", " EXTN {}"]
chance = random.Random(20260102)


def matches(tree):
    """All texts that a pattern of international prefixes matches."""
    parts = []
    for op, value in tree:
        match str(op):
            case "LITERAL":
                parts.append([chr(value)])
            case "IN":
                parts.append([digit for digit in "0123456789" if any(allows(part, digit) for part in value)])
            case "MAX_REPEAT":
                least, most, inner = value
                once = matches(inner)
                parts.append(["".join(some) for count in range(least, most + 1)
                              for some in itertools.product(once, repeat=count)])
            case "SUBPATTERN":
                parts.append(matches(value[-1]))
            case "BRANCH":
                parts.append([text for branch in value[1] for text in matches(branch)])
            case other:
                raise ValueError(other)
    return ["".join(some) for some in itertools.product(*parts)]


def examples(region):
    """The example numbers of a region, and three more of each kind."""
    metadata = PhoneMetadata.metadata_for_region(region)
    found = set()
    for kind in KINDS:
        desc = getattr(metadata, kind)
        if not desc or not desc.example_number:
            continue
        tree = patterns.parse(desc.national_number_pattern)
        for national in [desc.example_number, *(sample(tree) for _ in range(3))]:
            written = f"+{metadata.country_code}{national}"
            number = phonenumbers.parse(written)
            valid = phonenumbers.is_valid_number(number) and phonenumbers.region_code_for_number(number) == region
            # The reference's parser takes away what looks like a national prefix.
            same = phonenumbers.format_number(number, PhoneNumberFormat.E164) == written
            if valid and same and len(written) <= 16:
                found.add(written)
    return sorted(found)


def main():
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    by_region = {region: examples(region) for region in regions}
    everywhere = sorted({number for numbers in by_region.values() for number in numbers})
    groups, count = [], 0
    for region in regions:
        metadata = PhoneMetadata.metadata_for_region(region)
        forms = {form: [] for form in ["national", "international", "coded", "zero", "abroad", "extension"]}

        def add(form, number, text, *extension):
            forms[form].append("|".join([number, text, *extension]))

        def written(number, form):
            return phonenumbers.format_number(phonenumbers.parse(number), form)

        for number in by_region[region]:
            national = phonenumbers.national_significant_number(phonenumbers.parse(number))
            international = written(number, PhoneNumberFormat.INTERNATIONAL)
            within = written(number, PhoneNumberFormat.NATIONAL)
            code = f"+{metadata.country_code}"
            for text in {within, (metadata.national_prefix or "") + national}:
                add("national", number, text)
            add("international", number, international)
            add("coded", number, international[1:])
            if metadata.national_prefix == "0":
                add("zero", number, f"{code} (0){international[len(code) :].strip()}")
                add("zero", number, f"{code}(0) {national}")
                add("zero", number, f"({code}) (0) {national}")
            for text in [within, international]:
                extension = str(chance.randrange(10 ** chance.randint(1, 6)))
                add("extension", number, text + chance.choice(EXTENSIONS).format(extension), extension)
        prefixes = matches(patterns.parse(metadata.international_prefix))
        for at in range(max(16, len(prefixes))):
            number = chance.choice(everywhere)
            international = written(number, PhoneNumberFormat.INTERNATIONAL)[1:]
            prefix = prefixes[at % len(prefixes)]
            add("abroad", number, f"{prefix} {international}")
            add("abroad", number, prefix + number[1:])
            if at % 8 == 0:
                add("abroad", number, f"{prefix}-{international.replace(' ', '-')}")
                other = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_number(phonenumbers.parse(number)))
                if other.national_prefix == "0":
                    code = str(other.country_code)
                    add("abroad", number, f"{prefix} {code} (0){number[1 + len(code) :]}")
        for form, lines in forms.items():
            if lines:
                groups += [f"= {region} {form}", *sorted(lines)]
                count += len(lines)
    lines = [f"# phonenumbers {phonenumbers.__version__}", *groups]
    (HERE / "human.txt.gz").write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(f"{count} texts of {len(everywhere)} numbers", file=sys.stderr)


main()
