"""The codes of H.273 that an AVIF or HEIC has in its coded picture, where its boxes have none.

AV1's are in the sequence header (AV1 specification, 5.5), HEVC's in the parameter set (H.265, 7.3.2.2).
"""

import struct
from collections.abc import Iterator

_SEQUENCE_HEADER, _PARAMETER_SET = 1, 33
_MOST = 64  # repeated parts of a header; more are a damaged file


class _Bits:
    """Numbers of some bits, one after another. IndexError behind the end."""

    def __init__(self, data: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in data[:4096])
        self._place = 0

    def number(self, count: int = 1) -> int:
        """The next `count` bits, u(n)."""
        self._place += count
        if self._place > len(self._bits):
            raise IndexError("the header is cut off")
        return int(self._bits[self._place - count : self._place] or "0", 2)

    def exp_golomb(self) -> int:
        """A number of Exp-Golomb code, ue(v); the signed form is as long."""
        zeros = 0
        while not self.number():
            zeros += 1
        return (1 << zeros) - 1 + self.number(zeros)

    def skip(self, numbers: int) -> None:
        """Skip numbers of Exp-Golomb code."""
        for _ in range(numbers):
            self.exp_golomb()

    def times(self) -> range:
        """As many turns as the next number of Exp-Golomb code says."""
        count = self.exp_golomb()
        if count > _MOST:
            raise ValueError("the header is damaged")
        return range(count)


def av1_codes(picture: bytes) -> tuple[int, int] | None:
    """Primaries and transfer in a coded picture of AV1; None if it tells none."""
    for kind, content in _units(picture):
        if kind == _SEQUENCE_HEADER:
            return _of_sequence(_Bits(content))
    return None


def hevc_codes(configuration: bytes) -> tuple[int, int] | None:
    """Primaries and transfer in the parameter sets of an `hvcC` box; None if it tells none."""
    place = 23
    for _ in range(configuration[22]):
        kind, count = configuration[place] & 63, struct.unpack_from(">H", configuration, place + 1)[0]
        place += 3
        for _ in range(count):
            (length,) = struct.unpack_from(">H", configuration, place)
            if kind == _PARAMETER_SET:
                unit = configuration[place + 4 : place + 2 + length]
                return _of_parameters(_Bits(unit.replace(b"\0\0\x03", b"\0\0")))
            place += 2 + length
    return None


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The units (OBU) of a coded picture, by their kind."""
    place = 0
    while place < len(data):
        head = data[place]
        place += 2 if head & 4 else 1
        length, shift = len(data) - place, 0
        if head & 2:
            length = 0
            while True:
                byte = data[place]
                length |= (byte & 127) << shift
                place, shift = place + 1, shift + 7
                if byte < 128 or shift > 28:
                    break
        yield head >> 3 & 15, data[place : place + length]
        place += length


def _of_sequence(bits: _Bits) -> tuple[int, int] | None:
    profile, _, is_reduced = bits.number(3), bits.number(), bits.number()
    if is_reduced:
        bits.number(5)
    else:
        _skip_timing(bits)
    width, height = bits.number(4) + 1, bits.number(4) + 1
    bits.number(width + height)
    if not is_reduced and bits.number():
        bits.number(7)
    bits.number(3)
    if not is_reduced:
        _skip_tools(bits)
    bits.number(3)
    is_deep = bits.number()
    if profile == 2 and is_deep:
        bits.number()
    if profile != 1:
        bits.number()
    return (bits.number(8), bits.number(8)) if bits.number() else None


def _skip_timing(bits: _Bits) -> None:
    """Skip timing and operating points."""
    delay = 0
    if bits.number():
        bits.number(64)
        if bits.number():
            bits.exp_golomb()
        if bits.number():
            delay = bits.number(5) + 1
            bits.number(42)
    has_display_delay = bits.number()
    for _ in range(bits.number(5) + 1):
        bits.number(12)
        if bits.number(5) > 7:
            bits.number()
        if delay and bits.number():
            bits.number(2 * delay + 1)
        if has_display_delay and bits.number():
            bits.number(4)


def _skip_tools(bits: _Bits) -> None:
    """Skip the tools of moving pictures."""
    bits.number(4)
    has_order = bits.number()
    if has_order:
        bits.number(2)
    has_screen_tools = 2 if bits.number() else bits.number()
    if has_screen_tools and not bits.number():
        bits.number()
    if has_order:
        bits.number(3)


def _of_parameters(bits: _Bits) -> tuple[int, int] | None:
    bits.number(4)
    layers = bits.number(3)
    bits.number()
    _skip_profiles(bits, layers)
    bits.skip(1)
    if bits.exp_golomb() == 3:
        bits.number()
    bits.skip(2)
    if bits.number():
        bits.skip(4)
    bits.skip(2)
    order_bits = bits.exp_golomb() + 4
    bits.skip(3 * (layers + 1 if bits.number() else 1) + 6)
    if bits.number() and bits.number():
        _skip_scaling(bits)
    bits.number(2)
    if bits.number():
        bits.number(8)
        bits.skip(2)
        bits.number()
    _skip_sets(bits)
    if bits.number():
        for _ in bits.times():
            bits.number(order_bits + 1)
    bits.number(2)
    return _of_usability(bits) if bits.number() else None


def _of_usability(bits: _Bits) -> tuple[int, int] | None:
    """The codes in the video usability information (H.265, annex E)."""
    if bits.number() and bits.number(8) == 255:
        bits.number(32)
    if bits.number():
        bits.number()
    if bits.number():
        bits.number(4)
        if bits.number():
            return bits.number(8), bits.number(8)
    return None


def _skip_profiles(bits: _Bits, layers: int) -> None:
    bits.number(96)
    told = [(bits.number(), bits.number()) for _ in range(layers)]
    if layers:
        bits.number(2 * (8 - layers))
    for has_profile, has_level in told:
        bits.number(88 * has_profile + 8 * has_level)


def _skip_scaling(bits: _Bits) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if bits.number():
                bits.skip(min(64, 1 << (4 + 2 * size)) + (size > 1))
            else:
                bits.exp_golomb()


def _skip_sets(bits: _Bits) -> None:
    """Skip the sets of reference pictures."""
    before = 0
    for place in bits.times():
        if place and bits.number():
            bits.number()
            bits.exp_golomb()
            before = sum(1 for _ in range(before + 1) if bits.number() or bits.number())
        else:
            before = bits.exp_golomb() + bits.exp_golomb()
            if before > _MOST:
                raise ValueError("the header is damaged")
            for _ in range(before):
                bits.exp_golomb()
                bits.number()
