"""What people and programs meet: pages, endpoints, the menu, commands and checks, each by name.

Add one: a file, and one line here. Parts of registries are in `app/plugins.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

# What stands around every request.
EDGES: tuple[str, ...] = ("app.http.install:install",)

# Pages and JSON endpoints, one blueprint a file.
BLUEPRINTS: tuple[str, ...] = (
    "app.web.assets:assets",
    "app.web.operating:operating_pages",
    "app.web.home:home",
    "app.web.sign_in:sign_in_pages",
    "app.web.account:account_pages",
    "app.web.factors:factor_pages",
    "app.web.provider:provider_pages",
    "app.web.role_proposals:role_proposal_pages",
    "app.web.people:people_pages",
    "app.web.person:person_pages",
    "app.web.approvals:approvals_pages",
    "app.web.credentials:credentials_pages",
    "app.web.work.recusal:recusal_pages",
    "app.web.projects.conflicts:conflicts_pages",
    "app.web.projects.guideline_acts:guideline_acts_pages",
    "app.api.session:session_api",
    "app.api.factors:factors_api",
    "app.api.assignments:assignments_api",
    "app.api.items:items_api",
    "app.api.codes:codes_api",
    "app.api.coding:coding_api",
    "app.api.guidelines:guidelines_api",
    "app.api.schemas:schemas_api",
    "app.api.lineage:lineage_api",
    "app.api.openapi:openapi_pages",
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
    "app.web.projects.exports:exports_pages",
    "app.web.projects.lineage:lineage_pages",
    "app.web.projects.inspections:inspections_pages",
    "app.web.projects.settings:settings_pages",
    "app.web.projects.workflow:workflow_pages",
    "app.api.workflows:workflows_api",
    "app.api.taking:taking_api",
    "app.web.quality.agreement:agreement_pages",
    "app.web.quality.bias:bias_pages",
    "app.web.quality.charts:charts_pages",
    "app.web.quality.readings:readings_pages",
    "app.web.quality.lots:lots_pages",
    "app.web.quality.drift:drift_pages",
    "app.web.quality.calibration:calibration_pages",
    "app.web.quality.progress:progress_pages",
    "app.web.quality.critical:critical_pages",
    "app.web.oversight.suggestions:suggestions_pages",
    "app.web.projects.members:members_pages",
    "app.web.projects.schemas:schemas_pages",
    "app.web.projects.papers:papers_pages",
    "app.web.oversight.privacy:privacy_pages",
    "app.web.oversight.audit:audit_pages",
    "app.web.log:log_tiles",
    "app.web.oversight.leak_audits:leak_audits_pages",
    "app.web.oversight.incidents:incidents_pages",
    "app.web.oversight.originals:originals_pages",
    "app.web.oversight.removals:removals_pages",
    "app.web.oversight.removed_words:removed_words_pages",
    "app.web.oversight.pipelines:pipelines_pages",
    "app.web.oversight.emergency:emergency_pages",
    "app.web.oversight.accesses:accesses_pages",
    "app.web.oversight.erasures:erasures_pages",
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
    "app.web.credentials:MENU_ENTRY",
    "app.web.approvals:MENU_ENTRY",
)

# Commands of `flask --app wsgi`, name → the group, one file each.
COMMANDS: Mapping[str, str] = {
    "deid": "app.cli.deid:group",
    "welcome": "app.cli.setup.welcome:welcome",
    "backup": "app.cli.setup.backup:backup",
    "restore": "app.cli.setup.restore:restore",
    "security": "app.cli.setup.security:security",
    "validation": "app.cli.validation.command:validation",
    "database": "app.cli.setup.database:database",
    "audit": "app.cli.audit:audit",
    "agreement": "app.cli.agreement:agreement",
    "demo": "app.cli.setup.demo:demo",
    "project": "app.cli.project:project",
    "schema": "app.cli.project:schema",
    "intake": "app.cli.intake:intake",
    "jobs": "app.cli.jobs:jobs",
    "hosts": "app.cli.hosts:hosts",
    "release": "app.cli.release:release",
    "accounts": "app.cli.accounts:accounts",
    "approvals": "app.cli.approvals:approvals",
    "privacy": "app.cli.privacy:privacy",
    "credentials": "app.cli.credentials:credentials",
    "terminology": "app.cli.terminology:terminology",
    "preannotate": "app.cli.preannotate:group",
}

# What a server that others reach may not even start with: settings and files alone.
BOOT_CHECKS: tuple[str, ...] = (
    "app.cli.setup.checks.settings:check_network",
    "app.cli.setup.checks.settings:check_limits",
    "app.cli.setup.checks.settings:check_files",
    "app.cli.setup.checks.edge:check_debugging",
)

# What `security check` looks at, in this order: functions of an Installation that say findings.
SECURITY_CHECKS: tuple[str, ...] = (
    *BOOT_CHECKS,
    "app.cli.setup.checks.edge:check_edge",
    "app.cli.setup.checks.people:check_people",
    "app.cli.setup.checks.database:check_roles",
    "app.cli.setup.checks.database:check_log",
    "app.cli.setup.checks.database:check_record",
)
