"""A toy whose elements have places in the text."""

from tests.toy import Toy


class Words(Toy):
    """Elements are ``{"fragments": [[start, end], …]}``."""

    def places(self, body):
        return body.get("fragments") or []

    def describe(self, action, context):
        return {"fragments": (action.body or action.before)["fragments"]}
