"""What thousands of applications in one process need not make anew: compiled routes and pages, costly hashes.

The code that runs is the same; only when it was compiled, and how dear a password's hash is, differ from a server's.
"""

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from app.accounts import password

#: what a server hashes passwords with; tests about its cost take the fixture `real_hasher`
REAL_HASHER = password._HASHER
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class _CompiledPages(BytecodeCache):
    """Code of templates by their source, for as long as the process lives."""

    def __init__(self):
        self.code = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.code and self.code[bucket.key][0] == bucket.checksum:
            bucket.bytecode_from_string(self.code[bucket.key][1])

    def dump_bytecode(self, bucket):
        self.code[bucket.key] = (bucket.checksum, bucket.bytecode_to_string())


def _remembered(build):
    """The builder of addresses of a rule: it depends on what the rule says and on nothing of the application."""
    made = {}

    def built(rule, append_unknown=True):
        said = (rule.rule, tuple(rule._trace), repr(sorted((rule.defaults or {}).items())), append_unknown)
        if said not in made:
            made[said] = build(rule, append_unknown)
        return made[said]

    return built


def make_quick():
    """Once, before the first application."""
    Rule._compile_builder = _remembered(Rule._compile_builder)
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _CompiledPages()}
    password._HASHER = CHEAP_HASHER
    password._nobodys_hash.cache_clear()
