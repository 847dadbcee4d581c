"""The prompts of prior pictures of a style (Eq. G9): anchors in other styles, which the base model knows."""

from collections.abc import Sequence


def prior_prompts(
    anchors: Sequence[str], descriptor: str, styles: Sequence[str], count: int
) -> tuple[str, ...]:
    """The prompts of `count` prior pictures (Eq. G9): the anchors in turn, each in the next other style.

    `descriptor` is what the project's anchors call its own style, such as `in bold outline style`; if it is
    one of `styles`, that one is left out. A prompt may occur more than once. Empty without anchors or styles.
    """
    known = known_styles(descriptor, styles)
    if not (anchors and known):
        return ()
    return tuple(
        anchors[place % len(anchors)].replace(
            descriptor, f"in {known[(place % len(anchors) + place // len(anchors)) % len(known)]}"
        )
        for place in range(count)
    )


def known_styles(descriptor: str, styles: Sequence[str]) -> tuple[str, ...]:
    """The styles other than the project's own."""
    own = _bare(descriptor)
    return tuple(_without_in(style) for style in styles if _bare(style) != own)


def is_known(descriptor: str, styles: Sequence[str]) -> bool:
    """Whether the words of the project's style are already one of these styles."""
    return any(_bare(style) == _bare(descriptor) for style in styles)


def _without_in(style: str) -> str:
    return style[3:] if style.lower().startswith("in ") else style


def _bare(style: str) -> str:
    """`in Flat design style` and `flat design` name one style."""
    return _without_in(style).lower().removesuffix(" style").strip()
