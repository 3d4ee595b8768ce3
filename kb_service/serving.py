"""`kb serve`: own the index, listen, and keep the index in step with the database."""

import contextlib
import gc
import logging
import signal
import socket
import threading

import uvicorn

from kb_service.adapters.index.edge import TAIL_LIMIT, EdgeIndex
from kb_service.api.app import create_app
from kb_service.domain.errors import KbError, NotAllowed
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

log = logging.getLogger(__name__)


def run(settings: Settings, *, host: str, port: int) -> None:
    """Until a signal ends it. Raises NotAllowed for an address beyond this machine, KbError for a port in use."""
    if host not in _LOOPBACK and not settings.allow_remote:
        _require_keys(settings, host)
    _require_free(host, port)
    # uvicorn ends the listening and then raises the signal again: let it end like Ctrl-C, so that all is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.disable()  # starting makes a million objects that stay: looking through them for garbage takes a fifth of it
    with open_service(settings) as service:
        token = service.ownership.publish_address(_reachable(host), port) if service.ownership else None
        app = create_app(service, owner_token=lambda: token)
        server = uvicorn.Server(
            uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=5)
        )
        gc.freeze()
        gc.enable()
        stopping = threading.Event()
        keeper = threading.Thread(target=_keep_in_step, args=(service, stopping), name="reconcile")
        keeper.start()
        print(f"kb-service is ready: http://{_reachable(host)}:{port}/ (Ctrl-C ends it)", flush=True)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                server.run()
        finally:
            stopping.set()
            keeper.join()


def _require_keys(settings: Settings, host: str) -> None:
    records = open_records(settings)
    try:
        if records.people.has_keys():
            return
    finally:
        records.database.close()
    raise NotAllowed(
        f"no keys protect this service, so it listens on this machine only, not on {host}; "
        "make one with `kb keys create`, or set KB_ALLOW_REMOTE=true on a closed network"
    )


def _keep_in_step(service: Service, stopping: threading.Event) -> None:
    """Follow what is due at the start and every minute; rebuild in the background when searching has become slow."""
    while True:
        try:
            service.synchroniser.reconcile()
            if service.rebuild_reasons or _has_long_tail(service):
                service.rebuild()
        except Exception:  # whatever it was, the next minute may mend it; without this thread nothing is ever published
            log.exception("the index could not follow the database; trying again in a minute")
        if stopping.wait(service.settings.reconcile_seconds):
            return


def _has_long_tail(service: Service) -> bool:
    return isinstance(service.index, EdgeIndex) and service.index.tail_points > TAIL_LIMIT


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
