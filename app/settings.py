"""Settings: one typed object, read from the environment once, in `create_app`."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Every setting, its default and its environment variable (`CHARTMARK_` + upper-case name)."""

    #: directory of everything that is written: database, keys, terminology, temporary files
    var: str = "var"
    #: SQLAlchemy address of the database; empty means SQLite under `var`
    database_url: str = ""
    #: file with the 32-byte master key that wraps the key of each subject; empty means `var/keys/master.key`
    master_key_file: str = ""
    #: name under which the audit log signs its checkpoints
    log_origin: str = "chartmark.local/audit"
    #: "1" where the server is reached by https only: cookies get Secure and the __Host- prefix
    https: str = ""
    #: host names the server answers to, separated by commas; empty means any
    hosts: str = ""
    #: how many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host; 0 trusts none
    proxies: int = 0
    #: minutes without a request after which a session ends (drafts stay)
    idle_minutes: int = 15
    #: hours after which a session ends in any case
    session_hours: int = 12
    #: largest request body in megabytes
    max_upload_mb: int = 512

    @classmethod
    def from_env(cls) -> Settings:
        values = {}
        for field in fields(cls):
            raw = os.environ.get(f"CHARTMARK_{field.name.upper()}")
            if raw is not None:
                values[field.name] = int(raw) if field.type == "int" else raw
        return cls(**values)

    @property
    def var_dir(self) -> Path:
        return Path(self.var).resolve()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'chartmark.db'}"

    @property
    def master_key_path(self) -> Path:
        return Path(self.master_key_file) if self.master_key_file else self.var_dir / "keys" / "master.key"

    @property
    def log_key_path(self) -> Path:
        return self.var_dir / "keys" / "log.key"

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
    def tmp_dir(self) -> Path:
        return self.var_dir / "tmp"
