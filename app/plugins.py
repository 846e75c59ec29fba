"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.accounts.loading import MEMBERSHIPS
from app.accounts.policy import RELATIONS
from app.agreement.metrics.protocol import METRICS
from app.audit.evidence import EVIDENCE, STATE_MACHINES
from app.corpus.document import CLAIMS
from app.corpus.free_text import TEXT_SCANNERS
from app.corpus.language import LANGUAGES
from app.corpus.suggestion import CLEARANCES
from app.deidentify.recogniser import RECOGNISERS
from app.intake.readers import READERS
from app.jobs.job import JOBS
from app.pipelines.folder import register_folder
from app.release.formats import FORMATS
from app.release.gates import RELEASE_GATES
from app.review.modality import MODALITIES
from app.review.opening import RELEASED_COPIES
from app.review.states import GATES
from app.review.strategies import STRATEGIES
from app.review.submission import PROJECTIONS
from app.settings import Settings
from app.tagging.evaluation.gold import GOLD_READERS
from app.tagging.protocol import PIPELINES
from app.terminology.coding_rules import CODING_RULES
from app.terminology.importers.protocol import CODE_SYSTEMS

# What stands around every request.
EDGES: tuple[str, ...] = ("app.http.install:install",)

# Pages and JSON endpoints, one blueprint a file.
BLUEPRINTS: tuple[str, ...] = (
    "app.web.assets:assets",
    "app.web.home:home",
    "app.web.sign_in:sign_in_pages",
    "app.web.account:account_pages",
    "app.web.people:people_pages",
    "app.web.person:person_pages",
    "app.api.session:session_api",
    "app.api.assignments:assignments_api",
    "app.api.items:items_api",
    "app.api.codes:codes_api",
    "app.api.coding:coding_api",
    "app.api.guidelines:guidelines_api",
    "app.web.workbench:workbench_pages",
    "app.web.codes:codes_pages",
    "app.web.work.tasks:work_pages",
    "app.web.work.cases:cases_pages",
    "app.web.projects.index:projects_pages",
    "app.web.projects.overview:overview_pages",
    "app.web.projects.deliveries:deliveries_pages",
    "app.web.projects.guidelines:guidelines_pages",
    "app.web.projects.questions:questions_pages",
    "app.web.projects.holds:holds_pages",
    "app.web.projects.releases:releases_pages",
    "app.web.projects.settings:settings_pages",
    "app.web.oversight.suggestions:suggestions_pages",
    "app.web.projects.members:members_pages",
    "app.web.projects.schemas:schemas_pages",
    "app.web.projects.papers:papers_pages",
    "app.web.oversight.privacy:privacy_pages",
    "app.web.oversight.audit:audit_pages",
    "app.web.oversight.leak_audits:leak_audits_pages",
    "app.web.oversight.incidents:incidents_pages",
    "app.web.oversight.pipelines:pipelines_pages",
)

# Entries of the main menu, left to right; who may not see one does not.
MENU: tuple[str, ...] = (
    "app.web.work.tasks:MENU_ENTRY",
    "app.web.work.cases:MENU_ENTRY",
    "app.web.projects.index:MENU_ENTRY",
    "app.web.oversight.privacy:MENU_ENTRY",
    "app.web.oversight.audit:MENU_ENTRY",
    "app.web.codes:MENU_ENTRY",
    "app.web.oversight.pipelines:MENU_ENTRY",
    "app.web.people:MENU_ENTRY",
)

# Command groups of `flask --app wsgi`, one file each.
COMMANDS: tuple[str, ...] = (
    "app.cli.deid:group",
    "app.cli.setup.welcome:welcome",
    "app.cli.setup.backup:backup",
    "app.cli.setup.backup:restore",
    "app.cli.setup.security:security",
    "app.cli.setup.database:database",
    "app.cli.audit:audit",
    "app.cli.agreement:agreement",
    "app.cli.setup.demo:demo",
    "app.cli.project:project",
    "app.cli.project:schema",
    "app.cli.intake:intake",
    "app.cli.jobs:jobs",
    "app.cli.release:release",
    "app.cli.accounts:accounts",
    "app.cli.terminology:terminology",
    "app.cli.preannotate:group",
)


def load() -> None:
    """Fill every registry."""
    _load_accounts()
    _load_knowledge()
    _load_deidentification()
    _load_stages()
    _load_statistics()
    _load_review()
    _load_release()
    _load_evidence()


def _load_accounts() -> None:
    MEMBERSHIPS.register("app.corpus.member:ProjectMemberships")
    RELATIONS.register(
        "app.accounts.policy:SelfRelation",
        "app.review.assignment:OwnAssignment",
        "app.review.assignment:OwnWork",
        "app.review.assignment:EarlierActor",
    )


def _load_knowledge() -> None:
    CODE_SYSTEMS.register(
        "app.terminology.importers.icd10cm:Icd10Cm",
        "app.terminology.importers.icd10cm_index:Icd10CmIndex",
        "app.terminology.importers.icd10pcs:Icd10Pcs",
        "app.terminology.importers.claml:Icd10Who",
        "app.terminology.importers.rf2:Rf2",
        "app.terminology.importers.snomed_gps:SnomedGps",
        "app.terminology.importers.rxnorm:RxNorm",
        "app.terminology.importers.meddra:MedDra",
        "app.terminology.importers.whodrug:WhoDrug",
        "app.terminology.importers.loinc:Loinc",
        "app.terminology.importers.atc:Atc",
        "app.terminology.importers.own:Own",
    )
    CODING_RULES.register(
        "app.terminology.coding_rules.completeness:Exists",
        "app.terminology.coding_rules.completeness:Billable",
        "app.terminology.coding_rules.completeness:Dated",
        "app.terminology.coding_rules.completeness:Instructed",
        "app.terminology.coding_rules.conflicts:Excludes1",
        "app.terminology.coding_rules.conflicts:Once",
        "app.terminology.coding_rules.conflicts:Combination",
        "app.terminology.coding_rules.sequencing:CodeFirst",
        "app.terminology.coding_rules.sequencing:UseAdditional",
        "app.terminology.coding_rules.sequencing:DrugSequence",
        "app.terminology.coding_rules.sequencing:NeverFirst",
        "app.terminology.coding_rules.person:AgeSex",
        "app.terminology.coding_rules.against_text:Laterality",
        "app.terminology.coding_rules.against_text:Assertion",
    )


def _load_deidentification() -> None:
    # What finds identifiers by rule.
    RECOGNISERS.register(
        "app.deidentify.recognisers.dates:Dates",
        "app.deidentify.recognisers.loose_dates:LooseDates",
        "app.deidentify.recognisers.years:BirthYears",
        "app.deidentify.recognisers.years:EventYears",
        "app.deidentify.recognisers.ages:Ages",
        "app.deidentify.recognisers.numbers.network:Emails",
        "app.deidentify.recognisers.numbers.network:WebAddresses",
        "app.deidentify.recognisers.numbers.network:InternetAddresses",
        "app.deidentify.recognisers.numbers.phones:Phones",
        "app.deidentify.recognisers.numbers.labelled_ids:SocialSecurity",
        "app.deidentify.recognisers.numbers.labelled_ids:MedicalRecords",
        "app.deidentify.recognisers.numbers.labelled_ids:HealthPlans",
        "app.deidentify.recognisers.numbers.labelled_ids:Accounts",
        "app.deidentify.recognisers.numbers.labelled_ids:Licences",
        "app.deidentify.recognisers.numbers.labelled_ids:Vehicles",
        "app.deidentify.recognisers.numbers.labelled_ids:Devices",
        "app.deidentify.recognisers.numbers.labelled_ids:Biometrics",
        "app.deidentify.recognisers.numbers.labelled_ids:OtherIds",
        "app.deidentify.recognisers.numbers.labelled_ids:UserNames",
        "app.deidentify.recognisers.numbers.codes:DigitGroups",
        "app.deidentify.recognisers.numbers.codes:CodedTokens",
        "app.deidentify.recognisers.geography.streets:Streets",
        "app.deidentify.recognisers.geography.streets:Postcodes",
        "app.deidentify.recognisers.geography.postal:WholeAddresses",
        "app.deidentify.recognisers.geography.towns:Places",
        "app.deidentify.recognisers.geography.countries:Countries",
        "app.deidentify.recognisers.organisations:Hospitals",
        "app.deidentify.recognisers.employers:Employers",
        "app.deidentify.recognisers.professions:Professions",
        "app.deidentify.recognisers.pictures:Pictures",
        "app.deidentify.recognisers.unique:UniqueTraits",
        "app.deidentify.recognisers.names:TitledNames",
        "app.deidentify.recognisers.names:ListedNames",
        "app.deidentify.recognisers.names_in_context:NamesInContext",
        "app.deidentify.recognisers.relations:NamesByRelation",
        "app.deidentify.known:KnownIdentifiers",
    )
    TEXT_SCANNERS.register("app.privacy.stage.scanner:RuleScanner")
    LANGUAGES.register("app.deidentify.language:English")
    CLAIMS.register("app.privacy.leak_audit.claim:LeakAudited")


def _load_stages() -> None:
    READERS.register(
        "app.intake.readers.text_files:TextFiles",
        "app.intake.readers.archive:Archive",
        "app.intake.readers.table:Table",
        "app.intake.readers.jsonl:JsonLines",
    )
    PIPELINES.register(
        "app.pipelines.chartmark:ChartmarkRules",
        "app.tagging.stock:MedspacyStock",
    )
    GOLD_READERS.register(
        "app.tagging.evaluation.readers.brat:Brat",
        "app.tagging.evaluation.readers.bioc:BioC",
        "app.tagging.evaluation.readers.pubtator:PubTator",
        "app.tagging.evaluation.readers.json_lines:JsonLines",
    )
    register_folder(Settings.from_env().var_dir / "pipelines")  # spaCy pipelines on disk, one JSON file each
    CLEARANCES.register("app.pipelines.register.clearance:EntryInForce")
    JOBS.register(
        "app.intake.load:LoadJob",
        "app.privacy.stage.job:DeidentifyJob",
        "app.pipelines.stage:PreannotateJob",
    )


def _load_statistics() -> None:
    # Agreement coefficients, in the order they are shown.
    METRICS.register(
        "app.agreement.metrics.kappa:Percent",
        "app.agreement.metrics.kappa:Cohen",
        "app.agreement.metrics.kappa:KappaLinear",
        "app.agreement.metrics.kappa:KappaQuadratic",
        "app.agreement.metrics.kappa:Scott",
        "app.agreement.metrics.multirater:Fleiss",
        "app.agreement.metrics.multirater:Randolph",
        "app.agreement.metrics.multirater:Conger",
        "app.agreement.metrics.multirater:Light",
        "app.agreement.metrics.multirater:LightLinear",
        "app.agreement.metrics.multirater:LightQuadratic",
        "app.agreement.metrics.alpha:AlphaNominal",
        "app.agreement.metrics.alpha:AlphaOrdinal",
        "app.agreement.metrics.alpha:AlphaInterval",
        "app.agreement.metrics.alpha:AlphaRatio",
        "app.agreement.metrics.gwet:AC1",
        "app.agreement.metrics.gwet:AC2",
        "app.agreement.metrics.gwet:AC2Linear",
        "app.agreement.metrics.specific:SpecificPositive",
        "app.agreement.metrics.specific:SpecificNegative",
        "app.agreement.metrics.spans:F1Strict",
        "app.agreement.metrics.spans:F1StrictUntyped",
        "app.agreement.metrics.spans:F1Relaxed",
        "app.agreement.metrics.spans:F1RelaxedUntyped",
        "app.agreement.metrics.spans:Dice",
        "app.agreement.metrics.spans:DiceUntyped",
        "app.agreement.metrics.relations:RelationF1",
        "app.agreement.metrics.relations:RelationF1Conditional",
        "app.agreement.metrics.tokens:TokenKappa",
        "app.agreement.metrics.tokens:TokenKappaMarked",
    )


def _load_review() -> None:
    MODALITIES.register(
        "app.modalities.notes:Notes",
        "app.modalities.reports:Reports",
        "app.modalities.imaging:Imaging",
    )
    STRATEGIES.register(
        "app.review.strategies.two_readers:TwoReaders",
        "app.review.strategies.one_reader:OneReader",
    )
    PROJECTIONS.register(
        "app.projection.code_use:CodeUses",
        "app.projection.suggestion_use:SuggestionUses",
    )
    GATES.register("app.review.item:DeidentificationGate")


def _load_release() -> None:
    RELEASED_COPIES.register("app.release.recall:RecallReleases")
    RELEASE_GATES.register("app.privacy.anonymity.report:AnonymityGate", "app.release.ending:WorkflowEnding")
    FORMATS.register(
        "app.release.formats.jsonl:JsonLines",
        "app.release.formats.brat:Brat",
        "app.release.formats.safety.writer:Safety",
    )


def _load_evidence() -> None:
    STATE_MACHINES.register(
        "app.release.evidence:ITEM_STATES",
        "app.release.evidence:ASSIGNMENT_STATES",
    )
    EVIDENCE.register(
        "app.release.evidence:Signatures",
        "app.release.evidence:Releases",
        "app.release.evidence:Recalls",
        "app.pipelines.register.evidence:SignedEntries",
        "app.pipelines.register.evidence:Withdrawals",
    )
