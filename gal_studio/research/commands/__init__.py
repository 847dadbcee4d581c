"""The commands of this part; `gal_studio.cli` finds them by name."""
