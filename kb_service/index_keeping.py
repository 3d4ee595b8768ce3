"""The thread of the process with the index that keeps it in step with the database, whatever becomes of the jobs."""

import logging
import threading

from kb_service.adapters.index.edge import TAIL_LIMIT, EdgeIndex
from kb_service.service import Service

_END_SECONDS = 2.0

log = logging.getLogger(__name__)


class Keeper:
    """Follows at the start and every minute, and rebuilds when searching has become slow. Jobs do it promptly."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stopping = threading.Event()
        # Two that follow at once would embed the same passages twice.
        self._one_follows = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name="reconcile", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def has_ended(self) -> bool:
        """In a moment; in the middle of a rebuild or of embedding it has not."""
        self._thread.join(_END_SECONDS)
        return not self._thread.is_alive()

    def follow(self) -> None:
        """Until the index is behind on nothing, and what came in was compared with its neighbours."""
        with self._one_follows:
            while not self._stopping.is_set() and (
                self._service.synchroniser.reconcile() or self._service.examine_due()
            ):
                pass

    def _keep(self) -> None:
        service = self._service
        while True:
            try:
                self.follow()
                if service.rebuild_reasons or _has_long_tail(service):
                    service.rebuild()
            except Exception:  # whatever it was, it may be mended; without this thread nothing is surely published
                log.exception("the index could not follow the database; trying again in a minute")
            if self._stopping.wait(service.settings.reconcile_seconds):
                return


def _has_long_tail(service: Service) -> bool:
    return isinstance(service.index, EdgeIndex) and service.index.tail_points > TAIL_LIMIT
