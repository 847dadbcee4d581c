"""Open a workspace and serve the page."""

import logging
import os
import shlex
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from gal_studio.core.errors import StudioError
from gal_studio.processes import Keeper, start_worker
from gal_studio.state import Store
from gal_studio.state.files.errors import NoRoomError
from gal_studio.state.files.private import keep_private
from gal_studio.state.files.temporary import own_temporary_files
from gal_studio.state.jobs.lock import LOCK_TIMEOUT, PageLock
from gal_studio.studio import Studio
from gal_studio.studio.create.model_check import model_check
from gal_studio.studio.plug_ins import problems
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.listening import (
    AUTH_VARIABLE,
    Listening,
    check_start,
    checked_root_path,
    credentials_for,
)
from gal_studio.ui.access.origins import OWN_NAMES, is_loopback
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.access.sessions import Sessions
from gal_studio.ui.access.sign_in import SIGN_IN
from gal_studio.ui.page_log import page_log
from gal_studio.ui.running_page import Show, attach, note_address, with_usable_port
from gal_studio.ui.window import find_browser

logger = logging.getLogger("gal_studio.page")
HERE = Listening()
SHOWN_JOBS = 3
"""Of those that go on when the page ends; the others are counted."""


def serve(
    workspace: Path,
    at: Listening = HERE,
    auth: str | None = None,
    open_browser: bool = True,
    desktop: bool = False,
    wake: Callable[[Path], object] | None = None,
) -> None:
    """Serve the page of a workspace until interrupted; if another process already does, open its page.

    `auth` is `USER:PASSWORD` or `token`, by default from the variable GAL_STUDIO_AUTH. `desktop` opens the
    page in a window of its own, and ends with the window.
    """
    given = os.environ.pop(AUTH_VARIABLE, None)  # so that no worker inherits it
    auth = given if auth is None else auth
    workspace = check_start(workspace, at, auth)
    credentials = credentials_for(at, auth)
    with PageLock(workspace) as lock:
        if not lock.acquire(LOCK_TIMEOUT):
            attach(workspace, open_browser, desktop)
            return
        at = with_usable_port(at)
        if desktop:
            find_browser()  # refused while nothing runs yet
        wake = wake or start_worker
        with page_log(workspace), own_temporary_files(workspace):
            if credentials:
                keep_private(workspace)
            studio = Studio(Store(workspace), wake=wake, models=model_check)
            for sentence in problems():
                logger.warning("%s", sentence)
            if credentials:
                keep_private(workspace)  # the database may be new
            Keeper(studio.store, wake).start()
            rules = make_rules(at, credentials, workspace)
            with suppress(NoRoomError):  # a full disk must not keep anybody from deleting something
                note_address(workspace, ready_link(at))
            show = _show(at, rules, workspace, open_browser, desktop)
            _serve(studio, rules, at, show)


def _serve(studio: Studio, rules: Rules, at: Listening, show: Show) -> None:
    from gal_studio.ui.api.uploads import keep_uploads_in
    from gal_studio.ui.app import build_app
    from gal_studio.ui.server import run

    keep_uploads_in(studio.store.workspace)
    app = build_app(studio, rules, checked_root_path(at.root_path))
    print(f"GAL Studio: {show.address}   (workspace {studio.store.workspace})", flush=True)
    try:
        with show:
            run(app, at.host, at.port, at.behind_proxy, show.until_closed)
    finally:
        with suppress(StudioError):  # such as of a full disk: the page ends all the same
            if words := what_goes_on(studio):
                print(words, flush=True)


def what_goes_on(studio: Studio) -> str:
    """Which jobs the worker goes on with when the page ends, and how to stop them; "" if there are none."""
    queue = studio.queue_view()
    if not (queue.working or queue.waiting):
        return ""
    words = [
        f"{job.project_name}, {job.round_name.lower()}: {job.title.lower()} ({job.id})"
        for job in (*queue.working, *queue.waiting)
    ]
    more = f"; and {len(words) - SHOWN_JOBS} more" if len(words) > SHOWN_JOBS else ""
    where = f"--workspace {shlex.quote(str(studio.store.workspace))}"
    return (
        f"The page has ended. The worker continues with {'; '.join(words[:SHOWN_JOBS])}{more}. "
        f"`gal-studio jobs stop JOB {where}` stops one, `gal-studio jobs {where}` lists them."
    )


def make_rules(at: Listening, credentials: Credentials | None, workspace: Path) -> Rules:
    """Who has access, and by which host names; the named endpoints are open where only this machine has."""
    open_to_others = not is_loopback(at.host)
    names = {name.lower() for name in (at.host, *at.other_names)}
    if open_to_others:
        own = socket.gethostname().lower()
        names |= {own, own.partition(".")[0], own.partition(".")[0] + ".local"}
    sessions = Sessions(workspace / "sessions.json", credentials) if credentials else None
    programs = at.programs or not (open_to_others or at.other_names)
    return Rules(OWN_NAMES | names, open_to_others, credentials, sessions, programs=programs)


def _show(at: Listening, rules: Rules, workspace: Path, open_browser: bool, desktop: bool) -> Show:
    """The printed link has the token; the opened one, which other users of this machine may see, a ticket."""
    token, ticket = "", ""
    if rules.credentials and not rules.credentials.user:
        token, ticket = rules.credentials.secret, rules.ticket.value
    printed, opened = (ready_link(at, one) for one in (token, ticket))
    return Show(printed, workspace, open_browser, desktop, opened)


def ready_link(at: Listening, token: str = "") -> str:
    """The address to open, with the token if there is one."""
    shown = _first_address() if at.host in ("0.0.0.0", "::", "") else at.host
    address = f"http://[{shown}]:{at.port}" if ":" in shown else f"http://{shown}:{at.port}"
    return f"{address}{SIGN_IN}?token={token}" if token else address


def _first_address() -> str:
    """The first address of this machine that others can reach, from its network interfaces."""
    interfaces = psutil.net_if_addrs().values()
    found = [one.address for group in interfaces for one in group if one.family == socket.AF_INET]
    return next((address for address in found if not is_loopback(address)), "127.0.0.1")
