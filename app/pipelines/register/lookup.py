"""Reading the register: which entry of a pipeline counts, how it stands now, and what was refused by it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from app.core.db import Session
from app.core.errors import NotFound, Problem
from app.corpus.document import Document
from app.corpus.project import Project, pipelines_of
from app.corpus.subject import Encounter, age_range
from app.corpus.suggestion import Suggestion
from app.pipelines.register.models import EntrySignature, EntryWithdrawal, PipelineEntry, PipelineRefusal
from app.pipelines.register.rules import RegisterEntry, Running, Scope, standing
from app.tagging.protocol import PIPELINES


@dataclass(frozen=True)
class Recorded:
    """An entry with its signature and withdrawal, where there are any."""

    row: PipelineEntry
    signature: EntrySignature | None
    withdrawal: EntryWithdrawal | None

    @property
    def entry(self) -> RegisterEntry:
        return self.row.stated(
            signed_at=self.signature.signed_at if self.signature else None,
            withdrawn_at=self.withdrawal.at if self.withdrawal else None,
        )


@dataclass(frozen=True)
class Standing:
    """How a pipeline stands at one moment. `basis` changes whenever what is refused may change."""

    pipeline: str
    title: str
    running: Running | None
    recorded: Recorded | None
    problems: tuple[Problem, ...]

    @property
    def entry(self) -> RegisterEntry | None:
        return self.recorded.entry if self.recorded else None

    @property
    def in_force(self) -> bool:
        return not self.problems

    @property
    def is_overdue(self) -> bool:
        return any(problem.code == "suspended" for problem in self.problems)

    @property
    def basis(self) -> str:
        number = self.recorded.row.id if self.recorded else 0
        digest = self.running.digest if self.running else "none"
        return ":".join([str(number), digest, *(problem.code for problem in self.problems)])


def running_of(pipeline: str) -> Running | None:
    """Version and digest of the installed pipeline; None where there is none of this key."""
    if pipeline not in PIPELINES:
        return None
    installed = PIPELINES.get(pipeline)
    return Running(installed.version, installed.digest())


def standing_of(session: Session, pipeline: str, *, at: int) -> Standing:
    """How a pipeline stands: by its newest signed entry, held against what is installed.

    An entry that was replaced never comes back: with the newest one withdrawn there is none in force.
    """
    return judge(session, pipeline, running_of(pipeline), at=at)


def judge(session: Session, pipeline: str, running: Running | None, *, at: int) -> Standing:
    """The same for a version and digest taken before: reading them can take long."""
    recorded = find_current(session, pipeline)
    problems = standing(recorded.entry if recorded else None, running, at=at)
    title = PIPELINES.get(pipeline).title if pipeline in PIPELINES else pipeline
    return Standing(pipeline, title, running, recorded, tuple(problems))


def list_standings(session: Session, *, at: int) -> list[Standing]:
    """Every pipeline that is installed, or was and has an entry."""
    entered = session.scalars(select(PipelineEntry.pipeline).distinct())
    keys = dict.fromkeys([*PIPELINES.keys(), *sorted(entered)])
    return [standing_of(session, key, at=at) for key in keys]


def find_current(session: Session, pipeline: str) -> Recorded | None:
    """The signed entry that was signed last, withdrawn or not; None where none is signed."""
    found = session.execute(
        _recorded()
        .where(PipelineEntry.pipeline == pipeline, EntrySignature.entry_id.is_not(None))
        .order_by(EntrySignature.signed_at.desc(), PipelineEntry.id.desc())
        .limit(1)
    ).first()
    return Recorded(*found) if found else None


def get_recorded(session: Session, pipeline: str, entry_id: int) -> Recorded:
    """One entry of a pipeline. Raises NotFound."""
    found = session.execute(_recorded().where(PipelineEntry.pipeline == pipeline, PipelineEntry.id == entry_id)).first()
    if found is None:
        raise NotFound("pipeline-entry", "the register holds no such entry of this pipeline")
    return Recorded(*found)


def list_entries(session: Session, pipeline: str) -> list[Recorded]:
    """The whole history of a pipeline, newest first."""
    rows = session.execute(_recorded().where(PipelineEntry.pipeline == pipeline).order_by(PipelineEntry.id.desc()))
    return [Recorded(*row) for row in rows]


def _recorded() -> Select[PipelineEntry, EntrySignature, EntryWithdrawal]:
    return (
        select(PipelineEntry, EntrySignature, EntryWithdrawal)
        .outerjoin(EntrySignature, EntrySignature.entry_id == PipelineEntry.id)
        .outerjoin(EntryWithdrawal, EntryWithdrawal.entry_id == PipelineEntry.id)
    )


def scopes_of(session: Session, documents: list[Document]) -> dict[int, Scope]:
    """Document id → what is known of it. No source tells a specialty, so an entry that limits it refuses."""
    wanted = {document.encounter_id for document in documents}
    rows = session.execute(select(Encounter.id, Encounter.age_band).where(Encounter.id.in_(wanted)))
    bands = dict(rows.all())
    return {
        document.id: Scope(
            document.language or None, document.note_type or None, None, age_range(bands[document.encounter_id])
        )
        for document in documents
    }


def count_refused(session: Session, project_id: int, standing: Standing) -> dict[str, int]:
    """Rule → number of a project's documents this pipeline is refused, as the register stands now."""
    rows = session.execute(
        select(PipelineRefusal.rule, func.count())
        .where(
            PipelineRefusal.project_id == project_id,
            PipelineRefusal.pipeline == standing.pipeline,
            PipelineRefusal.basis == standing.basis,
        )
        .group_by(PipelineRefusal.rule)
        .order_by(PipelineRefusal.rule)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class Unsuggested:
    """So many texts go without suggestions of a pipeline, by the first rule that failed when it was last tried."""

    pipeline: str
    rule: str
    texts: int


def unsuggested_texts(session: Session, project: Project) -> list[Unsuggested]:
    """What waits for one of the project's pipelines to be accepted. Asks no pipeline anything: it reads rows alone."""
    later = aliased(PipelineRefusal)
    same = (later.document_id == PipelineRefusal.document_id, later.pipeline == PipelineRefusal.pipeline)
    tagged = select(Suggestion.id).where(
        Suggestion.document_id == PipelineRefusal.document_id, Suggestion.pipeline == PipelineRefusal.pipeline
    )
    rows = session.execute(
        select(PipelineRefusal.pipeline, PipelineRefusal.rule, func.count())
        .where(
            PipelineRefusal.project_id == project.id,
            PipelineRefusal.pipeline.in_(pipelines_of(project)),
            ~select(later.id).where(*same, later.id > PipelineRefusal.id).exists(),
            ~tagged.exists(),
        )
        .group_by(PipelineRefusal.pipeline, PipelineRefusal.rule)
        .order_by(PipelineRefusal.pipeline, PipelineRefusal.rule)
    )
    return [Unsuggested(*row) for row in rows]
