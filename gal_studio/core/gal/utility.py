"""How useful a picture is: no copy, as asked, and with what is learned."""


def utility(copy_chance: float, asked: float | None, carried: float | None) -> float:
    """u = (1 - p) a c, in [0, 1]; what is not known counts as 1.

    `copy_chance` is p(copy) (Eq. G16) and `asked` whether what was asked for is recognised, both in [0, 1].
    `carried` (Eq. G17) is 0 as the base model's pictures and 1 as the references; beyond that counts no more.
    """
    known = 1.0 if asked is None else asked
    return (1.0 - copy_chance) * known * (1.0 if carried is None else min(max(carried, 0.0), 1.0))
