"""The commands of this part; `gal_studio.commands.lazily` finds them by name."""
