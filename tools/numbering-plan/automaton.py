"""What the metadata assigns, as one automaton over the digits of the national number.

For every calling code and every length there is a state to begin in. A state is either a *class* (the answer, whatever
digits follow) or a row of ten further states. Equal rows are made once, so the automaton is the smallest of its form.
"""

from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from pattern import ANY, NONE, cat, derive, make, parse

MAX_DIGITS = 15

# The kinds in the order in which the reference asks for them; fixed line and mobile come after these.
SPECIAL_KINDS = ["premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"]
DESCRIPTIONS = ["general_desc", *SPECIAL_KINDS, "fixed_line", "mobile"]


class Region:
    """A region's patterns. What is left of them after some digits is a tuple in the order of `DESCRIPTIONS`, and
    behind these what is left of the leading digits."""

    def __init__(self, name, metadata):
        self.name = name
        self.same_pattern = metadata.same_mobile_and_fixed_line_pattern
        self.has_leading_digits = metadata.leading_digits is not None
        descriptions = [getattr(metadata, name) for name in DESCRIPTIONS]
        self.lengths = [set(desc.possible_length) if desc else set() for desc in descriptions]
        patterns = [desc.national_number_pattern if desc else None for desc in descriptions]
        self.patterns = tuple(parse(pattern) if pattern else NONE for pattern in patterns)
        anything = make("star", make("set", ANY))
        leading = cat(parse(metadata.leading_digits), anything) if self.has_leading_digits else NONE
        self.patterns += (leading,)

    def kind(self, left, length):
        """The reference's `number_type`; `None` for a number that is not valid."""

        def matches(description):
            at = DESCRIPTIONS.index(description)
            return left[at].ends and (not self.lengths[at] or length in self.lengths[at])

        if not matches("general_desc"):
            return None
        for kind in SPECIAL_KINDS:
            if matches(kind):
                return kind
        if matches("fixed_line"):
            return "fixed_line_or_mobile" if self.same_pattern or matches("mobile") else "fixed_line"
        return "mobile" if not self.same_pattern and matches("mobile") else None


def assigned(regions, left, length):
    """Region and kind by the reference's rule: of several regions the first whose leading digits match takes the
    number, valid or not, and one without leading digits takes it when it is valid there."""
    for region, patterns in zip(regions, left):
        kind = region.kind(patterns, length)
        if len(regions) == 1 or (patterns[-1].ends if region.has_leading_digits else kind):
            return kind and (region.name, kind)
    return None


class Automaton:
    """`codes` are the calling codes, `starts[code][length]` the states to begin in, `rows` the rows of states, and
    `classes` the answers: `None`, or region and kind. A state is `("class", index)` or `("row", index)`.

    The region of a class is `None` where the calling code has only one: so the countries share their rows."""

    def __init__(self):
        self.codes = sorted(COUNTRY_CODE_TO_REGION_CODE)
        self.classes = {None: 0}
        self.rows = {}
        self.starts = {code: self._starts(code) for code in self.codes}

    def _starts(self, code):
        names = COUNTRY_CODE_TO_REGION_CODE[code]
        regions = [Region(name, PhoneMetadata.metadata_for_region_or_calling_code(code, name)) for name in names]

        @lru_cache(maxsize=None)
        def walk(left, read, more):
            if all(patterns[0] is NONE for patterns in left):
                return "class", 0
            if more == 0:
                answer = assigned(regions, left, read)
                if answer and len(regions) == 1:
                    answer = (None, answer[1])
                return "class", self.classes.setdefault(answer, len(self.classes))
            row = tuple(
                walk(tuple(tuple(derive(node, digit) for node in patterns) for patterns in left), read + 1, more - 1)
                for digit in range(10)
            )
            if row[0][0] == "class" and len(set(row)) == 1:
                return row[0]
            return "row", self.rows.setdefault(row, len(self.rows))

        begin = tuple(region.patterns for region in regions)
        return [("class", 0)] + [walk(begin, 0, length) for length in range(1, MAX_DIGITS + 1 - len(str(code)))]
