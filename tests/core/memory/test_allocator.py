"""The instruction set at hand, and what the allocator keeps with it."""

import pytest

from gal_studio.core.memory.allocator import MEGABYTE, MOST_KEPT, computes_bfloat16, instruction_set, kept

AMX = {"avx2", "avx512_bw", "avx512_bf16", "amx_bf16"}


@pytest.mark.parametrize(
    ("flags", "limit", "expected"),
    [
        (AMX, "", "AVX512_CORE_AMX"),
        (AMX, "DEFAULT", "AVX512_CORE_AMX"),
        (AMX, "avx512_core_bf16", "AVX512_CORE_BF16"),
        (AMX, "AVX512_CORE", "AVX512_CORE"),
        (AMX, "AVX2", "AVX2"),
        ({"avx2", "avx512bw"}, "", "AVX512_CORE"),
        ({"avx2"}, "AVX512_CORE", "AVX2"),
        ({"bf16"}, "", "AVX2"),
        (set(), "SSE41", "AVX2"),
    ],
)
def test_a_limit_restricts_and_never_adds(flags: set[str], limit: str, expected: str) -> None:
    for name in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
        assert instruction_set(flags, {name: limit}) == expected


@pytest.mark.parametrize(
    ("flags", "limit", "expected"),
    [
        (AMX, "", True),
        (AMX, "AVX512_CORE_BF16", True),
        (AMX | {"avx512_fp16"}, "", True),
        (AMX | {"avx512_fp16"}, "AVX512_CORE_BF16", False),
        ({"avx512_bf16", "avx512_bw"}, "", True),
        ({"avx512_bf16", "avx512_bw", "avx512_fp16"}, "", False),
        (AMX, "AVX512_CORE", False),
        (AMX, "AVX2", False),
        ({"avx2", "avx512bw"}, "", False),
        ({"bf16"}, "", True),
        (set(), "", False),
    ],
)
def test_bfloat16_is_used_where_it_is_faster(flags: set[str], limit: str, expected: bool) -> None:
    assert computes_bfloat16(flags, {"ONEDNN_MAX_CPU_ISA": limit}) is expected


def test_what_is_kept_is_counted_by_hand() -> None:
    live = 100 * MEGABYTE
    assert kept(live, "AVX2", in_bfloat16=False) == 76 * MEGABYTE
    assert kept(live, "AVX512_CORE_AMX", in_bfloat16=True) == 149 * MEGABYTE
    assert kept(live, "AVX512_CORE_AMX", in_bfloat16=True, training=True) == 130 * MEGABYTE
    assert kept(live, "AVX2", in_bfloat16=False, training=True) == 56 * MEGABYTE
    assert kept(100 * live, "AVX2", in_bfloat16=False) == MOST_KEPT
