"""What stands in menus and forms of the page, pressed as a person does."""

from typing import Any


def further(page: Any, part: str) -> None:
    """Press something in the menu at the top: `log`, `help` or `theme`."""
    page.click(".top-more")
    page.click(f"[popover]:popover-open [data-part={part}]")


def switch_figures(page: Any) -> None:
    """Show the figures, or hide them."""
    page.click(".top-more")
    page.click(".figures-button")
    page.keyboard.press("Escape")


def show_only(page: Any, name: str) -> None:
    """Choose which images are shown, such as `copies`."""
    page.click(".filter-button")
    page.click(f".filter-menu [data-filter='{name}']")


def number_of(page: Any, name: str) -> str:
    """The number of images beside a choice of the filter."""
    page.click(".filter-button")
    number = page.inner_text(f".filter-menu [data-filter='{name}'] span")
    page.keyboard.press("Escape")
    return str(number)


def open_advanced(page: Any, within: str = "") -> None:
    """Open *Advanced* and all of its groups; `within` is a selector of the form."""
    page.click(f"{within} .advanced > summary".strip())
    page.eval_on_selector_all(
        f"{within} .advanced .field-group".strip(), "(all) => all.forEach((group) => { group.open = true; })"
    )


def file(name: str, data: bytes, kind: str = "image/png") -> dict[str, Any]:
    """A file that a person chooses."""
    return {"name": name, "mimeType": kind, "buffer": data}


def create_with_own_model(page: Any) -> None:
    """Name a model of one's own in the form of a new project, and create it."""
    page.check(".presets input[value=own]")
    page.fill("[name=base_model]", "someone/a-model")
    page.fill("[name=clip_model]", "ViT-B-32/openai")
    page.click("[data-part=create]")
    page.wait_for_selector(".chip-round[aria-current]")
