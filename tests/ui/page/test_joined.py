"""The page's modules run as one file as they would alone, and errors name their files and lines."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gal_studio.ui.page.joined import Joined
from gal_studio.ui.page.static import files, served

NODE = shutil.which("node")
FILES = {
    "main.js": """import { add as plus } from "./kit/add.js";
import {
  order,
} from "./kit/order.js";
import "./kit/late.js";
order.push("main");
export const told = () => [plus(1, 2), order.join(" ")].join(" ");
""",
    "kit/add.js": """/** Adds. */
import { order } from "./order.js";
import { told } from "../main.js";
order.push("add");
export function add(a, b) { return a + b; }
export const again = () => told();
""",
    "kit/order.js": "export const order = [];\n",
    "kit/late.js": """import { order } from "./order.js";
import { again } from "./add.js";
const add = "a name of its own";
order.push("late");
export function broken() {
  throw new Error(`${add} ${again()}`);
}
""",
}


def joined() -> Joined:
    main = FILES["main.js"].replace("export const told = () => [", "export function told() { return [")
    given = FILES | {"main.js": main.replace('join(" ");\n', 'join(" "); }\n')}
    return Joined.of({name: text.encode() for name, text in given.items()}, "main.js")


@pytest.mark.skipif(NODE is None, reason="the page’s words need Node.js")
def test_modules_run_in_their_order_with_names_of_their_own_and_errors_name_their_lines(
    tmp_path: Path,
) -> None:
    (tmp_path / "studio.mjs").write_text(joined().text.replace("studio.js.map", "studio.mjs.map"))
    (tmp_path / "studio.mjs.map").write_text(joined().source_map)
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
    alone = next(one for one in joined().modules if one.name == "kit/add.js").alone
    (tmp_path / "kit" / "add.mjs").write_text(alone.replace("studio.js", "studio.mjs"))
    (tmp_path / "run.mjs").write_text(
        'import { modules } from "./studio.mjs"; import { add } from "./kit/add.mjs";'
        'console.log(add === modules["kit/add.js"].add, modules["main.js"].told());'
        'modules["kit/late.js"].broken();'
    )
    command = [NODE or "", "--enable-source-maps", str(tmp_path / "run.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "true 3 add late main\n", done.stderr
    assert "a name of its own 3 add late main" in done.stderr
    assert re.search(r"kit/late\.js:6:\d+", done.stderr), done.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export let count = 0;\n", "export let count"),
        ("export { a };\n", "export { a }"),
        ('import * as kit from "./kit/order.js";\n', "import \\* as kit"),
        ('const kit = await import("./kit/order.js");\n', "const kit = await import"),
    ],
)
def test_other_forms_of_import_and_export_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Joined.of({"main.js": text.encode()}, "main.js")


def test_what_is_imported_in_a_circle_must_be_a_function() -> None:
    with pytest.raises(ValueError, match=r"told of main\.js is imported in a circle"):
        Joined.of({name: text.encode() for name, text in FILES.items()}, "main.js").text  # noqa: B018


def test_every_module_of_the_page_is_in_the_file() -> None:
    modules = {name for name in files() if name.endswith(".js") and not name.startswith("vendor/")}
    assert {one.name for one in Joined.of(files(), "boot.js").modules} == modules
    assert len(served()["studio.js"]) < 1.1 * sum(len(files()[name]) for name in modules)
