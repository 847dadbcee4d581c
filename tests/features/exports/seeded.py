"""Exports that no worker made."""

from zipfile import ZipFile

from gal_studio.features.exports.record import exports_of, file_of
from gal_studio.studio import Studio


def finish_export(studio: Studio, round_id: str, form: str, sentence: str) -> None:
    """As if the worker had exported the round and checked the file."""
    with ZipFile(file_of(studio.store, round_id, form), "w") as archive:
        archive.writestr("README.md", "A card")
    made_of = studio.store.rounds.get(round_id).adapter or ""
    exports_of(studio.store).finish(round_id, form, made_of, sentence, True)
