"""What the studio asks about Round 0."""

from gal_studio.state.hooks import Hooks

HOOKS = Hooks(gives_references=True, actions={"fine_tune": ("instant",), "instant": ("once_more", "keep")})
