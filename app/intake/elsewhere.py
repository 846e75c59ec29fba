"""Files of a delivery are on the host where somebody handed them in, or in a folder that several hosts see."""

from __future__ import annotations

import socket
from pathlib import Path

from app.core.db import Session
from app.intake.files import Files
from app.jobs.job import Job, Services


class DeliveredFiles:
    """Another host loads a delivery only from the shared folder: a path of its own may lead to another file there."""

    key = "files"
    kinds = ("intake.load",)

    def lacks(self, services: Services, session: Session, job: Job) -> str:
        if job.args.get("host", socket.gethostname()) == socket.gethostname():
            return ""
        shared, files = services.settings.shared_dir, Files.opened(services.vault, job.sealed, job.args["batch"])
        return "" if shared and all(shared in Path(path).parents for path in files.paths) else "files-elsewhere"
