"""A thread that asks the database and one that imports a module with a table never wait for each other."""

import subprocess
import sys
import textwrap

# Another thread is importing the module of a table that a foreign key refers to: it holds the module, and needs
# SQLAlchemy's lock of mappers for its class. Whoever asks the database meanwhile must not hold that lock and wait for
# the module.
SCRIPT = """
import sys, threading, time, types
from pathlib import Path
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column
from app.core.db import Base, Database, tell_homes

folder = Path(sys.argv[1])
(folder / "homes_of_table.py").write_text('''
import time
from sqlalchemy.orm import Mapped, mapped_column
from app.core.db import Base
time.sleep(1)
class Home(Base):
    __tablename__ = "home"
    id: Mapped[int] = mapped_column(primary_key=True)
''')
sys.path.insert(0, str(folder))
tell_homes({"home": "homes_of_table"})

class Guest(Base):
    __tablename__ = "guest"
    id: Mapped[int] = mapped_column(primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))

importing = threading.Thread(target=lambda: __import__("homes_of_table"), daemon=True)
importing.start()
time.sleep(0.3)
database = Database(f"sqlite:///{folder / 'x.db'}")
with database.reading() as session:
    str(select(Guest))
    Guest(home_id=1)
importing.join(10)
print("stands still" if importing.is_alive() else "went on")
"""


def test_asking_the_database_while_another_thread_imports_a_table(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "went on", done.stderr
