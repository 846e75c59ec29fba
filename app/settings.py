"""Settings: one typed object, read from the environment once, in `create_app`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """Every setting, its default and its environment variable (`CHARTMARK_` + upper-case name)."""

    #: directory of everything that is written: database, keys, terminology, temporary files
    var: str = "var"
    #: SQLAlchemy address of the database; empty means SQLite under `var`
    database_url: str = ""
    #: PostgreSQL address of the owner, who migrates and restores; empty means that the application's role is the owner
    migrate_url: str = ""
    #: file with the 32-byte master key that wraps the key of each subject; empty means `var/keys/master.key`
    master_key_file: str = ""
    #: file with the keys of the MACs of events, apart from database and backups; empty means `var/keys/event.key`
    event_key_file: str = ""
    #: age recipient (`age1…`) for whom backups are encrypted; empty: the key in the file named next
    backup_recipient: str = ""
    #: file with the key that opens backups, made with the first; empty means `var-backup.key` beside `var`
    backup_key_file: str = ""
    #: name under which the audit log signs its checkpoints
    log_origin: str = "chartmark.local/audit"
    #: "1" where the server is reached by https only: cookies get Secure and the __Host- prefix
    https: str = ""
    #: host names the server answers to, separated by commas; empty means any
    hosts: str = ""
    #: how many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host; 0 trusts none
    proxies: int = 0
    #: path below which the server is reached on its host, as `/chart`; empty means the whole host is its own
    prefix: str = ""
    #: networks that may read `/metrics`, as `127.0.0.1,10.1.0.0/16`; empty: nobody
    metrics_from: str = ""
    #: whom to tell about a weakness, as `mailto:…`, in `/.well-known/security.txt`; empty: there is none
    security_contact: str = ""
    #: minutes without a request after which a session ends (drafts stay)
    idle_minutes: int = 15
    #: hours after which a session ends in any case
    session_hours: int = 12
    #: who cannot do without a second factor: empty (whoever has one is asked for it), `signers`, or `everybody`
    second_factor: str = ""
    #: file of passwords known from breaches (SHA-1, sorted, of haveibeenpwned.com); empty: the packaged list alone
    breached_passwords: str = ""
    #: address of the OpenID Connect provider by which people may sign in (its issuer); empty: none, nothing is asked
    oidc_issuer: str = ""
    #: what this server is called there (client_id)
    oidc_client: str = ""
    #: file with the secret it has there (client_secret); empty: a public client, PKCE alone
    oidc_secret_file: str = ""
    #: what people call it: "Sign in by …"
    oidc_title: str = "single sign-on"
    #: values of `acr` for which the provider asked for two factors, separated by commas; `amr` with `mfa` counts anyway
    oidc_strong_acr: str = ""
    #: claim that lists a person's groups
    oidc_groups_claim: str = "groups"
    #: which role a group proposes, as `group=role` or `group=project:role`, separated by commas; a person decides
    oidc_roles: str = ""
    #: hosts beside the issuer's own that its endpoints may be on, separated by commas
    oidc_hosts: str = ""
    #: largest request body in megabytes
    max_upload_mb: int = 512
    #: modalities of this installation's own, as `package.module:Class`, separated by commas
    modalities: str = ""
    #: address of a message broker (`amqp://…`, `redis://…`) that carries jobs to several hosts; empty: no broker
    broker_url: str = ""
    #: what the names of queues begin with, where several installations share one broker
    broker_prefix: str = "chartmark"
    #: megabytes after which a worker process is replaced once it is through with a job; 0 means never
    worker_memory_mb: int = 2048
    #: folder that every host sees: artefacts are fetched from it by digest, and uploads wait in it; empty means none
    shared: str = ""
    #: witnesses that cosign the log's checkpoints: `URL VKEY`, separated by commas; empty means none
    witnesses: str = ""
    #: folder that leaves this server, for a checkpoint every `anchor_hours`; empty means none
    anchor_dir: str = ""
    #: addresses a checkpoint is mailed to every `anchor_hours`, separated by commas; empty means none
    anchor_mail: str = ""
    #: hours between checkpoints that are dropped or mailed
    anchor_hours: int = 24
    #: mail server: `smtp://user:password@host:587` (STARTTLS), `smtps://…`, or `smtp+insecure://…` for a local relay
    mail_url: str = ""
    #: who mails come from
    mail_from: str = "chartmark@localhost"
    #: "1" where checkpoint and hashes of the log (tiles, no content) are served to nobody but people signed in
    log_private: str = ""
    #: label of the region this host stands in, as `eu`; empty: not stated, which is no project's region
    region: str = ""
    #: "1": clean texts are stored sealed under their patient's key; those in quarantine always are
    seal_texts: str = ""
    #: "1" where a pooler (PgBouncer) lends connections by transaction: nothing is prepared on the server then
    pooled: str = ""

    @classmethod
    def from_env(cls) -> Settings:
        values: dict[str, Any] = {}
        for field in fields(cls):
            raw = os.environ.get(f"CHARTMARK_{field.name.upper()}")
            if raw is not None:
                values[field.name] = int(raw) if field.type == "int" else raw
        return cls(**values)

    @property
    def modality_paths(self) -> tuple[str, ...]:
        return tuple(path.strip() for path in self.modalities.split(",") if path.strip())

    @property
    def prefix_path(self) -> str:
        """`/chart`, or empty. Raises ValueError for what is no plain path."""
        path = "/" + self.prefix.strip("/") if self.prefix.strip("/") else ""
        if not re.fullmatch(r"(/[A-Za-z0-9_-]+)*", path):
            raise ValueError(f"CHARTMARK_PREFIX: {self.prefix!r} is no path of letters, digits, - and _")
        return path

    @property
    def host_region(self) -> str:
        return self.region.strip().lower()

    @property
    def var_dir(self) -> Path:
        return Path(self.var).resolve()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'chartmark.db'}"

    @property
    def owner_database(self) -> str:
        """What migrations and `restore` work on: the same database, as its owner."""
        return self.migrate_url or self.database

    @property
    def master_key_path(self) -> Path:
        return Path(self.master_key_file) if self.master_key_file else self.var_dir / "keys" / "master.key"

    @property
    def backup_key_path(self) -> Path:
        """Outside `var`: whoever takes that folder away must not be able to open the backups."""
        beside = self.var_dir.with_name(f"{self.var_dir.name}-backup.key")
        return Path(self.backup_key_file) if self.backup_key_file else beside

    @property
    def restoring_path(self) -> Path:
        """Is there while a restore puts files in place: cut off, it is begun again, and nothing starts meanwhile."""
        return self.var_dir / ".restoring.json"

    @property
    def log_key_path(self) -> Path:
        return self.var_dir / "keys" / "log.key"

    @property
    def event_key_path(self) -> Path:
        return Path(self.event_key_file) if self.event_key_file else self.var_dir / "keys" / "event.key"

    @property
    def terminology_dir(self) -> Path:
        return self.var_dir / "terminology"

    @property
    def preannotate_dir(self) -> Path:
        return self.var_dir / "preannotate"

    @property
    def address_path(self) -> Path:
        """Says where this installation is served: links that commands print lead there."""
        return self.var_dir / "address"

    @property
    def shared_dir(self) -> Path | None:
        return Path(self.shared).resolve() if self.shared else None

    @property
    def tmp_dir(self) -> Path:
        """Where uploads wait for their worker, which may be on another host."""
        return (self.shared_dir or self.var_dir) / "tmp"

    @property
    def mailed(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.anchor_mail.split(","))))

    @property
    def exports_dir(self) -> Path:
        """Archives that a job has made and nobody has fetched yet; they go after an hour."""
        return (self.shared_dir or self.var_dir) / "exports"
