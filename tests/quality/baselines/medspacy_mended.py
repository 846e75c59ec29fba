"""Stock medSpaCy ConText with its two known defects mended: the overlap test, and the rules ": no" and ": none"."""

from contextlib import contextmanager
from importlib import import_module

from app.tagging.stock import MedspacyStock

_USERS = ("medspacy.context.context_modifier", "medspacy.context.context_graph")
_DROPPED = {": no", ": none"}


class MedspacyMended(MedspacyStock):
    """As stock, without the backward rules that swallow the forward "no"; run it inside `true_overlap`."""

    key = "medspacy_mended"
    title = "medSpaCy, two defects mended"

    def ready(self):
        if self._nlp is None:
            super().ready()
            stock = self._nlp.get_pipe("medspacy_context")
            kept = [rule for rule in stock.rules if rule.literal.lower() not in _DROPPED]
            assert len(stock.rules) - len(kept) == len(_DROPPED), "medSpaCy's rules have changed"
            self._nlp.remove_pipe("medspacy_context")
            place = {"after": "medspacy_target_matcher"}
            self._nlp.add_pipe("medspacy_context", config={"rules": None}, **place).add(kept)


@contextmanager
def true_overlap():
    """medSpaCy's `tuple_overlaps` says False when the second span strictly contains the first; here it does not."""
    modules = [import_module(name) for name in _USERS]
    stock = [module.tuple_overlaps for module in modules]
    for module in modules:
        module.tuple_overlaps = overlaps
    try:
        yield
    finally:
        for module, function in zip(modules, stock, strict=True):
            module.tuple_overlaps = function


def overlaps(a, b):
    return a[0] < b[1] and b[0] < a[1]
