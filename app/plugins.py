"""Everything the server can do, by name, so that nothing is imported before it is asked for.

Add a part: one file, and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping

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

# Commands of `flask --app wsgi`, name → the group, one file each.
COMMANDS: Mapping[str, str] = {
    "deid": "app.cli.deid:group",
    "welcome": "app.cli.setup.welcome:welcome",
    "backup": "app.cli.setup.backup:backup",
    "restore": "app.cli.setup.backup:restore",
    "security": "app.cli.setup.security:security",
    "database": "app.cli.setup.database:database",
    "audit": "app.cli.audit:audit",
    "agreement": "app.cli.agreement:agreement",
    "demo": "app.cli.setup.demo:demo",
    "project": "app.cli.project:project",
    "schema": "app.cli.project:schema",
    "intake": "app.cli.intake:intake",
    "jobs": "app.cli.jobs:jobs",
    "release": "app.cli.release:release",
    "accounts": "app.cli.accounts:accounts",
    "terminology": "app.cli.terminology:terminology",
    "preannotate": "app.cli.preannotate:group",
}

# Parts of every registry, by the registry's name: key → where the part is. "*" finds more on this machine.
PARTS: Mapping[str, Mapping[str, str]] = {
    "membership source": {
        "projects": "app.corpus.member:ProjectMemberships",
    },
    "relation": {
        "self": "app.accounts.policy:SelfRelation",
        "own-assignment": "app.review.relations:OwnAssignment",
        "own-work": "app.review.relations:OwnWork",
        "earlier-actor": "app.review.relations:EarlierActor",
    },
    "code system": {
        "icd10cm": "app.terminology.importers.icd10cm:Icd10Cm",
        "icd10cm-index": "app.terminology.importers.icd10cm_index:Icd10CmIndex",
        "icd10pcs": "app.terminology.importers.icd10pcs:Icd10Pcs",
        "icd10": "app.terminology.importers.claml:Icd10Who",
        "snomed": "app.terminology.importers.rf2:Rf2",
        "snomed-gps": "app.terminology.importers.snomed_gps:SnomedGps",
        "rxnorm": "app.terminology.importers.rxnorm:RxNorm",
        "meddra": "app.terminology.importers.meddra:MedDra",
        "whodrug": "app.terminology.importers.whodrug:WhoDrug",
        "loinc": "app.terminology.importers.loinc:Loinc",
        "atc": "app.terminology.importers.atc:Atc",
        "own": "app.terminology.importers.own:Own",
    },
    "coding rule": {
        "exists": "app.terminology.coding_rules.completeness:Exists",
        "billable": "app.terminology.coding_rules.completeness:Billable",
        "validity": "app.terminology.coding_rules.completeness:Dated",
        "notes": "app.terminology.coding_rules.completeness:Instructed",
        "excludes1": "app.terminology.coding_rules.conflicts:Excludes1",
        "once": "app.terminology.coding_rules.conflicts:Once",
        "combination": "app.terminology.coding_rules.conflicts:Combination",
        "code_first": "app.terminology.coding_rules.sequencing:CodeFirst",
        "use_additional": "app.terminology.coding_rules.sequencing:UseAdditional",
        "drug_sequence": "app.terminology.coding_rules.sequencing:DrugSequence",
        "never_first": "app.terminology.coding_rules.sequencing:NeverFirst",
        "age_sex": "app.terminology.coding_rules.person:AgeSex",
        "laterality": "app.terminology.coding_rules.against_text:Laterality",
        "assertion": "app.terminology.coding_rules.against_text:Assertion",
    },
    # What finds identifiers by rule.
    "recogniser": {
        "dates": "app.deidentify.recognisers.dates:Dates",
        "loose-dates": "app.deidentify.recognisers.loose_dates:LooseDates",
        "birth-years": "app.deidentify.recognisers.years:BirthYears",
        "event-years": "app.deidentify.recognisers.years:EventYears",
        "ages": "app.deidentify.recognisers.ages:Ages",
        "emails": "app.deidentify.recognisers.numbers.network:Emails",
        "urls": "app.deidentify.recognisers.numbers.network:WebAddresses",
        "ips": "app.deidentify.recognisers.numbers.network:InternetAddresses",
        "phones": "app.deidentify.recognisers.numbers.phones:Phones",
        "ssn": "app.deidentify.recognisers.numbers.labelled_ids:SocialSecurity",
        "mrn": "app.deidentify.recognisers.numbers.labelled_ids:MedicalRecords",
        "health-plan": "app.deidentify.recognisers.numbers.labelled_ids:HealthPlans",
        "account": "app.deidentify.recognisers.numbers.labelled_ids:Accounts",
        "licence": "app.deidentify.recognisers.numbers.labelled_ids:Licences",
        "vehicle": "app.deidentify.recognisers.numbers.labelled_ids:Vehicles",
        "device": "app.deidentify.recognisers.numbers.labelled_ids:Devices",
        "biometric": "app.deidentify.recognisers.numbers.labelled_ids:Biometrics",
        "other-ids": "app.deidentify.recognisers.numbers.labelled_ids:OtherIds",
        "user-names": "app.deidentify.recognisers.numbers.labelled_ids:UserNames",
        "digit-groups": "app.deidentify.recognisers.numbers.codes:DigitGroups",
        "coded-tokens": "app.deidentify.recognisers.numbers.codes:CodedTokens",
        "streets": "app.deidentify.recognisers.geography.streets:Streets",
        "postcodes": "app.deidentify.recognisers.geography.streets:Postcodes",
        "whole-addresses": "app.deidentify.recognisers.geography.postal:WholeAddresses",
        "places": "app.deidentify.recognisers.geography.towns:Places",
        "countries": "app.deidentify.recognisers.geography.countries:Countries",
        "hospitals": "app.deidentify.recognisers.organisations:Hospitals",
        "employers": "app.deidentify.recognisers.employers:Employers",
        "professions": "app.deidentify.recognisers.professions:Professions",
        "pictures": "app.deidentify.recognisers.pictures:Pictures",
        "unique-traits": "app.deidentify.recognisers.unique:UniqueTraits",
        "names-titled": "app.deidentify.recognisers.names:TitledNames",
        "names-listed": "app.deidentify.recognisers.names:ListedNames",
        "names-context": "app.deidentify.recognisers.names_in_context:NamesInContext",
        "names-relation": "app.deidentify.recognisers.relations:NamesByRelation",
        "known": "app.deidentify.known:KnownIdentifiers",
    },
    "text scanner": {
        "deid-rules": "app.privacy.stage.scanner:RuleScanner",
    },
    "language": {
        "en": "app.deidentify.language:English",
    },
    "claim source": {
        "leak-audit": "app.privacy.leak_audit.claim:LeakAudited",
    },
    "reader": {
        "txt": "app.intake.readers.text_files:TextFiles",
        "zip": "app.intake.readers.archive:Archive",
        "csv": "app.intake.readers.table:Table",
        "jsonl": "app.intake.readers.jsonl:JsonLines",
    },
    "pipeline": {
        "chartmark_rules": "app.pipelines.chartmark:ChartmarkRules",
        "medspacy_stock": "app.tagging.stock:MedspacyStock",
        "*": "app.pipelines.folder:register_installed",  # one JSON card each under var/pipelines
    },
    "gold reader": {
        "brat": "app.tagging.evaluation.readers.brat:Brat",
        "bioc": "app.tagging.evaluation.readers.bioc:BioC",
        "pubtator": "app.tagging.evaluation.readers.pubtator:PubTator",
        "jsonl": "app.tagging.evaluation.readers.json_lines:JsonLines",
    },
    "clearance": {
        "pipeline-register": "app.pipelines.register.clearance:EntryInForce",
    },
    "choices of a setting": {
        "workflow": "app.review.workflows:WorkflowChoices",
        "pipeline": "app.pipelines.choices:PipelineChoices",
    },
    "job": {
        "intake.load": "app.intake.load:LoadJob",
        "deid.run": "app.privacy.stage.job:DeidentifyJob",
        "preannotate.run": "app.pipelines.stage:PreannotateJob",
    },
    # Agreement coefficients, in the order they are shown.
    "metric": {
        "percent": "app.agreement.metrics.kappa:Percent",
        "cohen": "app.agreement.metrics.kappa:Cohen",
        "kappa-linear": "app.agreement.metrics.kappa:KappaLinear",
        "kappa-quadratic": "app.agreement.metrics.kappa:KappaQuadratic",
        "scott": "app.agreement.metrics.kappa:Scott",
        "fleiss": "app.agreement.metrics.multirater:Fleiss",
        "randolph": "app.agreement.metrics.multirater:Randolph",
        "conger": "app.agreement.metrics.multirater:Conger",
        "light": "app.agreement.metrics.multirater:Light",
        "light-linear": "app.agreement.metrics.multirater:LightLinear",
        "light-quadratic": "app.agreement.metrics.multirater:LightQuadratic",
        "alpha-nominal": "app.agreement.metrics.alpha:AlphaNominal",
        "alpha-ordinal": "app.agreement.metrics.alpha:AlphaOrdinal",
        "alpha-interval": "app.agreement.metrics.alpha:AlphaInterval",
        "alpha-ratio": "app.agreement.metrics.alpha:AlphaRatio",
        "ac1": "app.agreement.metrics.gwet:AC1",
        "ac2": "app.agreement.metrics.gwet:AC2",
        "ac2-linear": "app.agreement.metrics.gwet:AC2Linear",
        "psa-positive": "app.agreement.metrics.specific:SpecificPositive",
        "psa-negative": "app.agreement.metrics.specific:SpecificNegative",
        "f1-strict": "app.agreement.metrics.spans:F1Strict",
        "f1-strict-untyped": "app.agreement.metrics.spans:F1StrictUntyped",
        "f1-relaxed": "app.agreement.metrics.spans:F1Relaxed",
        "f1-relaxed-untyped": "app.agreement.metrics.spans:F1RelaxedUntyped",
        "dice": "app.agreement.metrics.spans:Dice",
        "dice-untyped": "app.agreement.metrics.spans:DiceUntyped",
        "relation-f1": "app.agreement.metrics.relations:RelationF1",
        "relation-f1-conditional": "app.agreement.metrics.relations:RelationF1Conditional",
        "token-kappa": "app.agreement.metrics.tokens:TokenKappa",
        "token-kappa-marked": "app.agreement.metrics.tokens:TokenKappaMarked",
    },
    "modality": {
        "notes": "app.modalities.notes.modality:Notes",
        "reports": "app.modalities.reports.modality:Reports",
        "imaging": "app.modalities.imaging.modality:Imaging",
    },
    # By which rules items are read, settled and finished.
    "workflow": {
        "two_readers_adjudicator": "app.review.workflows.ready_made:TWO_READERS_ADJUDICATOR",
        "trainee_verifier": "app.review.workflows.ready_made:TRAINEE_VERIFIER",
        "team_of_three": "app.review.workflows.ready_made:TEAM_OF_THREE",
    },
    "projection": {
        "code_use": "app.projection.code_use:CodeUses",
        "suggestion_use": "app.projection.suggestion_use:SuggestionUses",
    },
    "gate": {
        "deidentification": "app.review.item:DeidentificationGate",
    },
    "released copies": {
        "releases": "app.release.recall:RecallReleases",
    },
    "release gate": {
        "k-anonymity": "app.privacy.anonymity.report:AnonymityGate",
        "signatures": "app.release.ending:WorkflowEnding",
    },
    "format": {
        "jsonl": "app.formats.jsonl:JsonLinesFormat",
        "brat": "app.formats.brat:BratFormat",
        "adverse-events": "app.formats.safety:AdverseEventsFormat",
    },
    "state machine": {
        "item": "app.release.evidence:ITEM_STATES",
        "assignment": "app.release.evidence:ASSIGNMENT_STATES",
    },
    "evidence": {
        "signatures": "app.release.evidence:Signatures",
        "releases": "app.release.evidence:Releases",
        "recalls": "app.release.evidence:Recalls",
        "pipelines": "app.pipelines.register.evidence:SignedEntries",
        "withdrawals": "app.pipelines.register.evidence:Withdrawals",
    },
}

# Where the tables are that others refer to.
TABLES: Mapping[str, str] = {
    "assignment": "app.review.assignment",
    "audit_event": "app.audit.models",
    "batch": "app.corpus.batch",
    "document": "app.corpus.document",
    "encounter": "app.corpus.subject",
    "guideline_version": "app.guidelines.version",
    "hold": "app.review.hold",
    "item": "app.review.item",
    "label_schema": "app.corpus.schema",
    "leak_audit": "app.privacy.leak_audit.models",
    "leak_sample": "app.privacy.leak_audit.models",
    "person": "app.accounts.person",
    "pipeline_entry": "app.pipelines.register.models",
    "project": "app.corpus.project",
    "release": "app.release.release",
    "round": "app.review.round",
    "source": "app.corpus.source",
    "subject": "app.corpus.subject",
    "submission": "app.review.submission",
    "submission_body": "app.review.submission",
}
