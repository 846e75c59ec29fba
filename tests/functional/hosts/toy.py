"""A job that counts, for tests of who does what when."""

from app.jobs.job import advance, enqueue

T0 = 1_700_000_000_000


class Counting:
    """Counts to `steps`, a chunk each; `counted` says what was stored, `between` comes before each."""

    key, title, aside, repeatable = "counting.run", "Counting", "set aside", True

    def __init__(self):
        self.counted, self.between = [], lambda job: None

    def chunk(self, services, job, *, at):
        step = job.cursor.get("step", 0)
        self.between(job)
        services.database.writing(lambda session: advance(session, job, done=1, cursor={"step": step + 1}, at=at))
        self.counted.append((job.id, step))
        return step + 1 < job.args["steps"]

    def waits_for(self, session, job):
        return ""

    def tidy(self, services, job):
        pass


def queue(database, steps=3):
    return database.writing(lambda session: enqueue(session, "counting.run", {"steps": steps}, at=T0).id)
