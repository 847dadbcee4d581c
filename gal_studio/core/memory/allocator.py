"""What a CPU's allocator keeps beside the live tensors, by the instruction set that convolutions use.

Freed blocks leave gaps in the heap that are not given back: with small pictures that is more than the tensors
themselves. How much differs between the instruction sets, whose kernels ask for blocks of other sizes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

InstructionSet = Literal["AVX2", "AVX512_CORE", "AVX512_CORE_BF16", "AVX512_CORE_AMX"]
"""As oneDNN names them; `AVX2` stands for older ones and other architectures, too."""

MEGABYTE = 1 << 20
MOST_KEPT = 256 * MEGABYTE
"""The allocator gives blocks above 32 MB back at once, so that large models leave no larger gaps."""

_LEVELS: tuple[InstructionSet, ...] = ("AVX2", "AVX512_CORE", "AVX512_CORE_BF16", "AVX512_CORE_AMX")
_FLAGS: Mapping[str, InstructionSet] = {
    "amx_bf16": "AVX512_CORE_AMX",
    "avx512_bf16": "AVX512_CORE_BF16",
    "avx512_bw": "AVX512_CORE",  # torch's name
    "avx512bw": "AVX512_CORE",  # the kernel's
}
_LIMITS: Mapping[str, InstructionSet] = {
    **dict.fromkeys(("SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2"), "AVX2"),
    **dict.fromkeys(("AVX512_CORE", "AVX512_CORE_VNNI"), "AVX512_CORE"),
    **dict.fromkeys(("AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10_1_512"), "AVX512_CORE_BF16"),
}


@dataclass(frozen=True)
class KeptMemory:
    """Bytes that stay in any case, and the share of what is live in addition."""

    fixed: int
    share: float


_IN_BFLOAT16: Mapping[InstructionSet, KeptMemory] = {
    "AVX2": KeptMemory(28 * MEGABYTE, 1.55),
    "AVX512_CORE": KeptMemory(5 * MEGABYTE, 1.08),
    "AVX512_CORE_BF16": KeptMemory(7 * MEGABYTE, 0.8),
    "AVX512_CORE_AMX": KeptMemory(19 * MEGABYTE, 1.3),
}
"""Fitted to peaks of drawing 12 and 60 pictures on an Intel processor under each setting of oneDNN."""

_IN_FLOAT32 = KeptMemory(16 * MEGABYTE, 0.6)
"""Fitted to the same on a processor with AVX2; taken for the other sets, for which it was not measured."""

_TRAINING_IN_BFLOAT16 = KeptMemory(60 * MEGABYTE, 0.7)
_TRAINING_IN_FLOAT32 = KeptMemory(16 * MEGABYTE, 0.4)
"""Fitted to peaks of training 12 and 60 rows: in bfloat16 on an AMD EPYC with AVX512_CORE_BF16 and
AVX512_CORE, whose peaks differ by less than 15%, in float32 on one with AVX2; taken for the other sets."""


def instruction_set(flags: Collection[str], environment: Mapping[str, str]) -> InstructionSet:
    """The widest set of a processor with these flags that the environment lets oneDNN use."""
    found: InstructionSet = next((level for flag, level in _FLAGS.items() if flag in flags), "AVX2")
    named = environment.get("ONEDNN_MAX_CPU_ISA") or environment.get("DNNL_MAX_CPU_ISA") or ""
    limit = _LIMITS.get(named.upper(), "AVX512_CORE_AMX")
    return _LEVELS[min(_LEVELS.index(found), _LEVELS.index(limit))]


def computes_bfloat16(flags: Collection[str], environment: Mapping[str, str]) -> bool:
    """Whether bfloat16 is faster than float32 on this processor with what the environment lets oneDNN use.

    Without instructions for it, it is emulated and slower. Intel's processors with AMX, known by their
    float16, are slower in it without AMX, which virtual machines hide (docs/lab/2026-11/performance.md).
    """
    used = instruction_set(flags, environment)
    if used == "AVX512_CORE_BF16":
        return "avx512_fp16" not in flags
    return "bf16" in flags or used == "AVX512_CORE_AMX"  # bf16: on ARM


def kept(live: float, used: InstructionSet, in_bfloat16: bool, training: bool = False) -> int:
    """Bytes that the allocator keeps while steps hold `live` bytes at their peak."""
    if training:
        known = _TRAINING_IN_BFLOAT16 if in_bfloat16 else _TRAINING_IN_FLOAT32
    else:
        known = _IN_BFLOAT16[used] if in_bfloat16 else _IN_FLOAT32
    return min(MOST_KEPT, int(known.fixed + known.share * live))
