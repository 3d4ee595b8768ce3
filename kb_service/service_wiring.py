"""Wiring of the service: the verbs, over records, texts and an index that are open."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from ingestion.cleaning_pictures import PictureCleaning
from ingestion.sources import Reading
from ingestion.statistics import PublishedStatistics
from ingestion.sync import Synchroniser
from kb_service.adapters.index.edge import EdgeIndex
from kb_service.adapters.index.ownership import Ownership
from kb_service.adapters.outside import Outside
from kb_service.adapters.suite_file import SuiteFile
from kb_service.answer_wiring import open_asking
from kb_service.asking.asking import Asking, QuestionsInFlight
from kb_service.domain.knobs import Knobs
from kb_service.helping_wiring import open_desk, open_helping, open_learning_routes
from kb_service.intake_wiring import open_reading, open_taking_in
from kb_service.learning_wiring import open_learning
from kb_service.measuring.keeping import Keeping
from kb_service.measuring_wiring import (
    open_auditing,
    open_measuring,
    open_measuring_use,
    open_recalibrating,
    open_reporting,
)
from kb_service.publishing.stated_days import load_stated_day_words
from kb_service.publishing_wiring import (
    open_asking_ahead,
    open_emergencies,
    open_examining,
    open_publishing,
    open_rehearsing,
)
from kb_service.records import Records
from kb_service.service import Service, Texts
from kb_service.settings import Settings

if TYPE_CHECKING:
    from kb_service.adapters.index.server import ServerIndex


def wired_service(
    settings: Settings,
    records: Records,
    texts: Texts,
    statistics: PublishedStatistics,
    index: "EdgeIndex | ServerIndex",
    *,
    ownership: Ownership | None,
    rebuild_reasons: list[str],
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    knobs: Knobs,
) -> Service:
    """Verbs need each other, and what answers is made anew when the catalogue changes: where one asks, it gets a
    function that finds the service's own of that moment."""
    in_flight = QuestionsInFlight()
    outside = Outside(settings.webhook_hosts.split(","))
    helping = open_helping(settings, records, now=now)
    learning_routes = open_learning_routes(
        settings, records, said=lambda text: service.asking.words_for_routing(text), give_way=in_flight.give_way
    )
    emergencies = open_emergencies(records, now=now, new_id=new_id)
    measuring = open_measuring(records, now=now)

    def asking() -> Asking:
        return open_asking(
            settings,
            records,
            texts,
            index,
            statistics,
            helping=helping,
            past=learning_routes.current,
            standing=emergencies.standing,
            now=now,
            new_id=new_id,
            in_flight=in_flight,
            knobs=knobs,
        )

    def reading() -> Reading:
        return open_reading(records, texts.converter)

    synchroniser = Synchroniser(
        library=records.library,
        preparing=texts.preparing,
        statistics=statistics,
        index=index,
        mean_terms=lambda: index.manifest.mean_terms,
        now=now,
    )
    rehearsing = open_rehearsing(settings, records, synchroniser, asking=lambda: service.asking, now=now, new_id=new_id)
    measuring_use = open_measuring_use(records, measuring, now=now)
    service = Service(
        settings=settings,
        records=records,
        texts=texts,
        index=index,
        statistics=statistics,
        synchroniser=synchroniser,
        asking=asking(),
        asking_anew=asking,
        publishing=open_publishing(settings, records, rehearsing, now=now),
        helping=helping,
        desk=open_desk(settings, records, outside, helping, asking=lambda: service.asking, now=now, new_id=new_id),
        learning_routes=learning_routes,
        outside=outside,
        learning=open_learning(
            settings,
            records,
            texts.model.embed_questions,
            asking=lambda: service.asking,
            reading=reading,
            follow=synchroniser.reconcile,
            give_way=in_flight.give_way,
            now=now,
            new_id=new_id,
        ),
        measuring=measuring,
        reporting=open_reporting(settings, records, measuring, now=now),
        auditing=open_auditing(settings, records, now=now),
        recalibrating=open_recalibrating(settings, records, now=now),
        keeping=Keeping(records.audits, SuiteFile(settings.own_questions_dir), records.library.documents_among, now),
        measuring_use=measuring_use,
        asking_ahead=open_asking_ahead(
            settings,
            records,
            days=measuring_use.days_ahead,
            asking=lambda: service.asking,
            give_way=in_flight.give_way,
            now=now,
        ),
        emergencies=emergencies,
        rehearsing=rehearsing,
        examining=open_examining(settings, records, texts, index, now=now, give_way=in_flight.give_way),
        stated_day_words=load_stated_day_words(settings.prompts_dir),
        reading=reading,
        taking_in=open_taking_in(settings, records, now=now),
        jobs=records.jobs,
        now=now,
        cleaning=PictureCleaning(largest=settings.attachment_mb * 2**20),
        ownership=ownership,
        rebuild_reasons=rebuild_reasons,
    )
    return service
