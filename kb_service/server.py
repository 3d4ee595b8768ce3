"""`kb serve`: own the index, listen, and keep the index in step with the database."""

import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time

import uvicorn

from kb_service.api.app import create_app
from kb_service.connections import BoundedProtocol, ClientPatience, room_for_connections
from kb_service.console.screens import read_templates
from kb_service.domain.errors import KbError, NotAllowed
from kb_service.job_wiring import owners_worker
from kb_service.quiet_log import keep_the_log_quiet
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

# How long a thread of background work may keep a question waiting each time that one needs the interpreter; Python's
# own 5 ms add up to half of an answer's time.
_SWITCH_SECONDS = 0.0005

log = logging.getLogger(__name__)


def run(settings: Settings, *, host: str, port: int) -> None:
    """Until a signal ends it. Raises NotAllowed for an address beyond this machine, KbError for a port in use."""
    if host not in _LOOPBACK and not settings.allow_remote:
        _require_keys(settings, host)
    _require_free(host, port)
    keep_the_log_quiet(settings.log_format)
    most = _room(settings)
    # uvicorn ends the listening and then raises the signal again: let it end like Ctrl-C, so that all is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.disable()  # starting makes a million objects that stay: looking through them for garbage takes a fifth of it
    with open_service(settings) as service:
        token = service.ownership.publish_address(_reachable(host), port) if service.ownership else None
        app = create_app(service, owner_token=lambda: token)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=BoundedProtocol.of(most, ClientPatience()),
                ws="none",
                # Python accepts as many in one go, and when that fails it tries and tells each of them.
                backlog=64,
                forwarded_allow_ips=settings.proxies,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        gc.freeze()
        gc.enable()
        worker = owners_worker(service)
        worker.start()
        threading.Thread(target=read_templates, daemon=True).start()
        address = f"http://{_reachable(host)}:{port}/"
        threading.Thread(target=_say_when_ready, args=(server, address), daemon=True).start()
        try:
            with contextlib.suppress(KeyboardInterrupt):
                server.run()
        finally:
            if not worker.stop():
                _end_at_once(service)


def _room(settings: Settings) -> int:
    room = room_for_connections(settings.connections)
    if room < settings.connections:
        log.warning(
            "only %d connections at a time instead of %d: the limit of open files is too low (`ulimit -n`)",
            room,
            settings.connections,
        )
    return room


def _say_when_ready(server: uvicorn.Server, address: str) -> None:
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    print(f"kb-service is ready: {address} (Ctrl-C ends it)", flush=True)


def _end_at_once(service: Service) -> None:
    """Without waiting for what is in work, nor closing what it uses: it is found again at the next start."""
    log.warning("ending in the middle of a job; it will be finished after the next start")
    service.taking_in.close()
    if service.ownership is not None:
        service.ownership.release()
    logging.shutdown()
    os._exit(0)


def _require_keys(settings: Settings, host: str) -> None:
    with open_records(settings) as records:
        if records.people.has_keys():
            return
    raise NotAllowed(
        f"no keys protect this service, so it listens on this machine only, not on {host}; "
        "make one with `kb keys create`, or set KB_ALLOW_REMOTE=true on a closed network"
    )


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise KbError(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port"
            ) from error


def _reachable(host: str) -> str:
    """The address under which this machine reaches a server that listens everywhere."""
    return "127.0.0.1" if host in {"0.0.0.0", "localhost"} else f"[{host}]" if ":" in host else host
