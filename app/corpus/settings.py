"""The settings of a project: one typed model, from which page, command and log take names, choices and ranges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal, Protocol, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from app.core.errors import Problem, invalid
from app.core.registry import Registry
from app.corpus.date_order import FROM_THE_NOTES, order_in


class Choices(Protocol):
    """What a setting may be where an upper package knows: its key stands in the field's metadata."""

    key: str

    def options(self) -> Iterable[tuple[str, str]]:
        """(stored value, title) of each choice, in the order they are shown."""
        ...


CHOICES: Registry[Choices] = Registry("choices of a setting", Choices)


class RegisteredChoice:
    """Metadata of a field: its value, or each of its values, is one of these registered choices."""

    def __init__(self, key: str) -> None:
        self.key = key

    def options(self) -> list[tuple[str, str]]:
        return list(CHOICES.get(self.key).options())


def _folded(words: list[str]) -> list[str]:
    """Specialties as credentials state them: a project that asks for "Radiology" means "radiology"."""
    return [word.strip().casefold() for word in words]


def _day(typed: str) -> str:
    """Raises ValueError for what is no day of the calendar; empty is none."""
    return date.fromisoformat(typed).isoformat() if typed else ""


def _ruled(entries: list[str]) -> list[str]:
    """Rules of labels in one form: `LABEL: specialty/COUNTRY`, the specialty in lower case."""
    parts = (entry.partition(":") for entry in entries)
    split = ((label.strip(), *asked.partition("/")) for label, _, asked in parts)
    return [
        f"{label}: {specialty.strip().casefold()}{slash}{country.strip()}" for label, specialty, slash, country in split
    ]


def _courses(names: list[str]) -> list[str]:
    """Courses as trainings state them."""
    return [" ".join(name.split()).casefold() for name in names]


_REGION = r"^([a-z0-9][a-z0-9-]{0,30})?$"
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_RULE = r"^[^:/,]{1,100}:(\s*[^\s:/,][^:/,]*(/[A-Z]{2})?|\s*/[A-Z]{2})$"
LabelRule = Annotated[str, StringConstraints(pattern=_RULE, max_length=200)]
Course = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Specialty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


def _whole(shares: list[str]) -> list[str]:
    """Shares of a facet that are declared make up the whole."""
    sums: dict[str, float] = {}
    for said in shares:
        facet, percent = said.partition(":")[0], said.rpartition("=")[2]
        sums[facet] = sums.get(facet, 0) + float(percent)
    if any(abs(total - 100) > 1 for total in sums.values()):
        raise ValueError("shares of a facet add up to 100")
    return shares


TargetShare = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        pattern=r"^(site|sex|age_band|note_type|language):[^=,]{0,80}=(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$",
    ),
]
SiteOfDelivery = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{1,9}=[^=,]{1,80}$")]

# As `app.corpus.paper.PaperKind`; a test holds them equal.
PaperName = Literal["agreement", "ethics", "legal_basis", "expert_determination", "deidentification"]
_PAPERS = f"kinds, separated by commas, of {', '.join(get_args(PaperName))}"


class ProjectSettings(BaseModel):
    """Every setting with its default, what it accepts, and the words a person reads.

    Names are stored and logged, and never change; a setting that is retired stays readable there.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    workflow: Annotated[str, RegisteredChoice("workflow")] = Field(
        "two_readers_adjudicator", title="Workflow", description="who settles differences and who finishes"
    )
    # How many read is the workflow's to say; old projects and scripts still name it.
    strategy: Literal["two_readers", "one_reader"] = Field("two_readers", title="Strategy (retired)", deprecated=True)
    pipeline: Annotated[str, RegisteredChoice("pipeline")] = Field(
        "chartmark_rules", title="Pipeline", description="what suggests labels to readers"
    )
    suggestions: Annotated[str, RegisteredChoice("suggestion profile")] = Field(
        "research", title="Suggestions", description="which labels are suggested; readers may mark every one"
    )
    # Readers never see what these say.
    other_pipelines: Annotated[list[str], RegisteredChoice("pipeline")] = Field(
        [], title="Pipelines beside it", description="tag the same texts, to be compared; keys, separated by commas"
    )
    deid_mode: Literal["mask", "surrogate", "remove"] = Field(
        "surrogate", title="Identifiers are", description="replaced by a mask, by an invented surrogate, or removed"
    )
    deid_dates: Literal["remove", "year_only", "shift"] = Field(
        "shift", title="Dates are", description="removed, cut to the year, or shifted by one offset per patient"
    )
    date_order: Literal["from_the_notes", "dmy", "mdy", "ymd"] = Field(
        FROM_THE_NOTES,
        title="Days in figures are written",
        description="03/04/2023 is 3 April (dmy) or March 4 (mdy); from the notes: what they leave open waits",
    )
    deid_wards: Literal["keep", "remove"] = Field(
        "keep", title="Numbers of rooms, wards and beds", description="stay in the text, or are removed like a place"
    )
    # Machine de-identification alone never makes a text "de-identified": the project must say so.
    machine_passed_may_be_assigned: bool = Field(False, title="Readers may see texts that no person has checked")
    leak_bound_per_mille: int = Field(
        50,
        ge=1,
        le=1000,
        title="Texts are called de-identified when at most so many of 1000 leak",
        description="the upper bound of a leak audit",
    )
    k_min: int = Field(
        0, ge=0, le=1000, title="Smallest group of alike patients in a release", description="0: not asked for"
    )
    deid_claim: Literal["none", "safe_harbor", "expert_determination", "synthetic", "authorised"] = Field(
        "none", title="Stated ground for de-identification", description="goes into every export"
    )
    release_approval: bool = Field(False, title="A second person approves each release")
    override_approval: bool = Field(
        False,
        title="A second senior reviewer approves each override of a critical label",
        description="an answer in which it stands as no earlier one had it",
    )
    # No record comes in before an agreement with the source is on file (R36).
    agreement_required: bool = Field(False, title="Take records only under an agreement on file")
    papers_to_load: list[PaperName] = Field([], title="Papers in force to load records", description=_PAPERS)
    papers_to_assign: list[PaperName] = Field([], title="Papers in force to assign items", description=_PAPERS)
    papers_to_release: list[PaperName] = Field([], title="Papers in force to make a release", description=_PAPERS)
    papers_to_export: list[PaperName] = Field([], title="Papers in force to export", description=_PAPERS)
    reader_tier: int = Field(1, ge=1, le=4, title="Lowest tier of a reader", description="1 to 4")
    required_countries: list[Country] = Field(
        [], title="Countries of credentials", description="ISO codes, separated by commas; empty: any"
    )
    specialties: Annotated[list[Specialty], AfterValidator(_folded)] = Field(
        [], title="Specialties of credentials", description="separated by commas; empty: any"
    )
    label_credentials: Annotated[list[LabelRule], AfterValidator(_ruled)] = Field(
        [],
        title="Specialties and countries by label",
        description="of whoever settles, verifies or signs it: LABEL: specialty/COUNTRY, separated by commas",
    )
    required_training: Annotated[list[Course], AfterValidator(_courses)] = Field(
        [], title="Trainings of readers and clinicians", description="courses, separated by commas; empty: none"
    )
    guideline_signatures: int = Field(
        0,
        ge=0,
        le=5,
        title="Clinicians who sign a guideline before anything is assigned under it",
        description="T3 or T4; 0: none is asked for",
    )
    target_error_per_mille: int = Field(
        50,
        ge=5,
        le=300,
        title="Wrong decisions of a reader that are expected, of 1000",
        description="charts of readers alarm when three times as many are wrong",
    )
    claim_minutes: int = Field(
        0,
        ge=0,
        le=10_080,
        title="Readers take the next item themselves, for so many minutes",
        description="given back where nothing was done by then; 0: they are given items",
    )
    critical_minutes: int = Field(
        60,
        ge=1,
        le=10_080,
        title="Minutes within which a critical finding is settled",
        description="from the answer in which it was marked",
    )
    region: Annotated[str, StringConstraints(pattern=_REGION)] = Field(
        "", title="Region its texts may not leave", description="a label as eu or us-east; empty: no such rule"
    )
    ends_on: Annotated[str, AfterValidator(_day)] = Field(
        "", title="The project ends on", description="a day, as 2027-12-31; times to keep begin then"
    )
    keep_sources_days: int = Field(
        365, ge=0, le=36_500, title="Days after its end that texts as received are kept", description="then due"
    )
    # Six years, as 45 CFR 164.316(b)(2)(i) keeps documentation.
    keep_texts_days: int = Field(
        2190, ge=0, le=36_500, title="Days after its end that anything of a patient is kept", description="then due"
    )
    # The bias audit compares by these; neither a record nor a text keeps its site.
    sites: list[SiteOfDelivery] = Field(
        [], title="Sites of deliveries", description="number=name, separated by commas: 1=North, 2=South"
    )
    target_population: Annotated[list[TargetShare], AfterValidator(_whole)] = Field(
        [],
        title="Target population",
        description="shares in per cent that add up to 100 in each facet: sex:F=52, sex:M=48, language:en=100",
    )
    simulated: bool = Field(False, title="Simulated: people, texts and dates are invented, and each page says so")
    calibration_required: bool = Field(
        False,
        title="Readers pass a calibration before they are given work",
        description="who has not passed, or has to calibrate again, gets no new task",
    )
    calibration_absence_days: int = Field(
        60,
        ge=0,
        le=1000,
        title="Days without an answer after which a reader calibrates again",
        description="0: never",
    )
    gold_per_mille: int = Field(
        0,
        ge=0,
        le=200,
        title="Of 1000 tasks so many are copies of texts with gold",
        description="readers are not told which; 0: none",
    )
    decoy_percent: int = Field(
        0,
        ge=0,
        le=100,
        title="Of 100 such copies so many hold a false suggestion",
        description="who accepts it did not check",
    )
    retest_per_mille: int = Field(
        0,
        ge=0,
        le=100,
        title="Of 1000 tasks so many are the reader's own of some time ago",
        description="how far people agree with themselves; 0: none",
    )
    retest_days: int = Field(
        30, ge=1, le=1000, title="Days before somebody is given the same text again", description="1 to 1000"
    )
    show_names_to_adjudicator: bool = Field(False, title="Adjudicators see the names of readers")


class ProjectSetting:
    """One setting as a form, a command or a document shows it."""

    def __init__(self, name: str, info: FieldInfo) -> None:
        self.name = name
        self.title = info.title or name
        self.help = info.description or ""
        #: still accepted from scripts and read in the log, and of no effect any more
        self.retired = bool(info.deprecated)
        self.default = info.get_default(call_default_factory=True)
        self._info = info

    @property
    def kind(self) -> str:
        """choice, check, number, text or list."""
        if isinstance(self.default, list):
            return "list"
        if self.choices:
            return "choice"
        if isinstance(self.default, str):
            return "text"
        return "check" if isinstance(self.default, bool) else "number"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(value, title) of what it, or each of its values, may be; empty where there is no list of them."""
        for part in self._info.metadata:
            if isinstance(part, RegisteredChoice):
                return part.options()
        if get_origin(self._info.annotation) is Literal:
            return [(value, value.replace("_", " ")) for value in get_args(self._info.annotation)]
        return []

    @property
    def range(self) -> tuple[int, int]:
        """Least and greatest whole number; (0, 0) for what is no number."""
        bounds = {
            name: getattr(part, name) for part in self._info.metadata for name in ("ge", "le") if hasattr(part, name)
        }
        return bounds.get("ge", 0), bounds.get("le", 0)

    def read(self, typed: str) -> Any:
        """The value that a person typed, in the kind the setting has; `check_settings` says whether it fits."""
        typed = typed.strip()
        if self.kind == "list":
            return [part.strip() for part in typed.strip("[]").replace('"', "").split(",") if part.strip()]
        if self.kind == "check":
            return _FLAGS.get(typed.lower(), typed)
        if self.kind == "number":
            return int(typed) if typed.isascii() and typed.lstrip("-").isdigit() and len(typed) < 10 else typed
        return typed


_FLAGS = {"true": True, "yes": True, "false": False, "no": False, "": False}
SETTINGS: dict[str, ProjectSetting] = {
    name: ProjectSetting(name, info) for name, info in ProjectSettings.model_fields.items()
}


def checked_settings(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as they are stored. Raises Invalid naming each setting that is unknown or does not fit."""
    problems: list[Problem] = []
    try:
        stored = ProjectSettings(**changes).model_dump(include=set(changes))
    except ValidationError as error:
        problems = [_problem(one["type"], str(one["loc"][0])) for one in error.errors(include_input=False)]
        stored = {}
    wrong = {problem.where for problem in problems}
    problems += [
        Problem("bad-setting", name, _one_of(SETTINGS[name]))
        for name, value in changes.items()
        if name in SETTINGS and name not in wrong and not _chosen(SETTINGS[name], value)
    ]
    if problems:
        raise invalid(sorted({p.where: p for p in problems}.values(), key=lambda p: p.where), "settings")
    return stored


def all_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """These settings and the defaults of all others, as a new project stores them. Raises Invalid.

    Where nobody says how days are written in figures, the countries of the project do.
    """
    given = checked_settings(settings)
    derived = {"date_order": order_in(given.get("required_countries", []))}
    return {name: setting.default for name, setting in SETTINGS.items()} | derived | given


def _chosen(setting: ProjectSetting, value: Any) -> bool:
    allowed = {key for key, _ in setting.choices}
    return not allowed or all(one in allowed for one in (value if isinstance(value, list) else [value]))


def _problem(kind: str, name: str) -> Problem:
    if kind == "extra_forbidden":
        return Problem("unknown-setting", name, f"there is no such setting; there are {', '.join(SETTINGS)}")
    return Problem("bad-setting", name, _one_of(SETTINGS[name]))


def _one_of(setting: ProjectSetting) -> str:
    """What the setting accepts, in words."""
    if setting.choices:
        return f"must be {'of' if setting.kind == 'list' else 'one of'} {', '.join(key for key, _ in setting.choices)}"
    low, high = setting.range
    return {
        "check": "must be true or false",
        "number": f"must be a whole number from {low} to {high}",
        "list": f"must be a list: {setting.help}",
        "text": f"must be {setting.help}",
    }[setting.kind]
