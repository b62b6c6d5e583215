"""The patterns of the metadata as languages over the ten digits, read one digit at a time.

A pattern is a node; `derive(node, digit)` is what may follow once that digit was read (Brzozowski's derivative).
Nodes are made once each, so equal ones are identical and can be keys.
"""

from functools import lru_cache

ANY = 0b11_1111_1111  # a set of digits is a mask of ten bits


class Node:
    """One of `none`, `empty`, `set` (a mask), `cat` (two nodes), `alt` (a set of nodes), `star` (a node)."""

    __slots__ = ("kind", "parts", "ends")

    def __init__(self, kind, parts, ends):
        self.kind, self.parts = kind, parts
        self.ends = ends  # may the text end here?


@lru_cache(maxsize=None)
def make(kind, *parts):
    ends = {
        "none": lambda: False,
        "empty": lambda: True,
        "set": lambda: False,
        "cat": lambda: all(part.ends for part in parts),
        "alt": lambda: any(part.ends for part in parts[0]),
        "star": lambda: True,
    }[kind]()
    return Node(kind, parts, ends)


NONE = make("none")
EMPTY = make("empty")


def cat(first, second):
    if first is NONE or second is NONE:
        return NONE
    if first is EMPTY:
        return second
    if second is EMPTY:
        return first
    if first.kind == "cat":
        return cat(first.parts[0], cat(first.parts[1], second))
    return make("cat", first, second)


def alt(nodes):
    flat = set()
    for node in nodes:
        flat |= node.parts[0] if node.kind == "alt" else {node}
    flat.discard(NONE)
    if not flat:
        return NONE
    return flat.pop() if len(flat) == 1 else make("alt", frozenset(flat))


@lru_cache(maxsize=None)
def derive(node, digit):
    kind, parts = node.kind, node.parts
    if kind == "set":
        return EMPTY if parts[0] >> digit & 1 else NONE
    if kind == "cat":
        after = cat(derive(parts[0], digit), parts[1])
        return alt([after, derive(parts[1], digit)]) if parts[0].ends else after
    if kind == "alt":
        return alt(derive(part, digit) for part in parts[0])
    if kind == "star":
        return cat(derive(parts[0], digit), node)
    return NONE


def parse(text):
    """The node of a pattern. What the metadata does not use is refused, not guessed."""
    node, rest = _alternatives(text)
    if rest:
        raise ValueError(f"{text!r}: cannot read it from {rest!r} on")
    return node


def _alternatives(text):
    node, text = _sequence(text)
    nodes = [node]
    while text.startswith("|"):
        node, text = _sequence(text[1:])
        nodes.append(node)
    return alt(nodes), text


def _sequence(text):
    items = []
    while text and text[0] not in "|)":
        item, text = _item(text)
        least, most, text = _repeat(text)
        items += [item] * least
        if most is None:
            items.append(make("star", item))
        else:
            items.append(_up_to(item, most - least))
    node = EMPTY
    for item in reversed(items):
        node = cat(item, node)
    return node, text


def _up_to(item, most):
    node = EMPTY
    for _ in range(most):
        node = alt([EMPTY, cat(item, node)])
    return node


def _item(text):
    if text.startswith("(?:"):
        node, rest = _alternatives(text[3:])
        if not rest.startswith(")"):
            raise ValueError(f"{text!r}: a group without its end")
        return node, rest[1:]
    if text.startswith("\\d"):
        return make("set", ANY), text[2:]
    if text[0] == "[":
        inside, rest = text[1:].split("]", 1)
        return make("set", _mask(inside)), rest
    if text[0].isdigit():
        return make("set", 1 << int(text[0])), text[1:]
    raise ValueError(f"{text!r}: cannot read it")


def _mask(inside):
    mask = 0
    while inside:
        first = last = int(inside[0])
        if inside[1:2] == "-":
            last = int(inside[2])
        inside = inside[3:] if inside[1:2] == "-" else inside[1:]
        for digit in range(first, last + 1):
            mask |= 1 << digit
    return mask


def _repeat(text):
    if text.startswith("?"):
        return 0, 1, text[1:]
    if text.startswith("*"):
        return 0, None, text[1:]
    if text.startswith("+"):
        return 1, None, text[1:]
    if text.startswith("{"):
        inside, rest = text[1:].split("}", 1)
        least, comma, most = inside.partition(",")
        if comma and not most:
            return int(least), None, rest
        return int(least), int(most or least), rest
    return 1, 1, text
