"""The screen: Gradio Blocks in FastAPI. The only place that imports gradio."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _WithoutStubs(MetaPathFinder):
    """Lets Gradio leave its type stubs as they are, which it writes anew whenever it is imported.

    To parse the source of its 80 components was half of that import's CPU time: 2.4 of 5 s.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module that writes them, with a function that does nothing in that one's place."""
        if name != "gradio.component_meta":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                vars(module)["create_or_modify_pyi"] = lambda *_: None

            vars(spec.loader)["exec_module"] = exec_module
        return spec


sys.meta_path.insert(0, _WithoutStubs())
