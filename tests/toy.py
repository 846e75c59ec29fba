"""A modality nobody needs: heads or tails. It shows that the core does not know what is reviewed."""

from app.agreement.judgements import Bearer, Choice, Difference, DifferenceKind, Unit
from app.core.digest import canonical_json, sha256
from app.core.errors import Problem, invalid
from app.corpus.receiving import TextIntake


class Toy:
    """Elements are ``{"face": "heads" | "tails"}``, one per coin, named by their id."""

    key = "toy"
    title = "Coins"
    noun = "Toss"
    kinds = ()
    assets = None
    intake = TextIntake("a coin toss")

    def present(self, context):
        return {"text": context.text, "faces": ["heads", "tails"]}

    def suggest(self, context, suggestions):
        faces = [face for answer in suggestions for face in answer.get("faces", [])]
        return {"elements": {f"s{i}": {"face": face} for i, face in enumerate(faces, start=1)}}

    def check(self, payload, context):
        if not isinstance(payload, dict) or not isinstance(payload.get("elements"), dict):
            return [Problem("bad-payload", "payload", "a payload has elements")]
        return [problem for key, body in payload["elements"].items() for problem in _problems(key, body)]

    def describe(self, action, context):
        if action.body is not None and _problems(action.element_id, action.body):
            raise invalid(_problems(action.element_id, action.body))
        return {"element": action.element_id, **(action.body or action.before or {})}

    def stored(self, action, started, context):
        return action.body

    def places(self, body):
        return []

    def own_words(self, body):
        return []

    def loose(self, put, draft):
        return {}

    def folded(self, payload):
        return payload

    def moved(self, payload, change):
        return payload, {"elements": {}}

    def units(self, payload, context):
        return [
            Unit("coin", "coin", body["face"], key=key, bearer=Bearer(key))
            for key, body in sorted(payload["elements"].items())
        ]

    def differences(self, payloads, context):
        coins = sorted({key for payload in payloads for key in payload["elements"]})
        return [case for coin in coins if (case := _case(coin, payloads))]

    def settle(self, payloads, rulings, context):
        cases = self.differences(payloads, context)
        by_key = {ruling.difference: ruling for ruling in rulings}
        if set(by_key) != {case.key for case in cases} or len(by_key) != len(rulings):
            raise invalid([Problem("unruled", "rulings", "each case needs exactly one ruling")])
        disputed = {key for case in cases for version in case.versions for key in version}
        result = {key: body for key, body in payloads[0]["elements"].items() if key not in disputed}
        for case in cases:
            ruling = by_key[case.key]
            if ruling.choice is Choice.TAKE:
                result.update(case.versions[ruling.version])
            elif ruling.choice is Choice.OWN:
                result.update(ruling.elements)
        return {"elements": result}


def _problems(key, body):
    if not isinstance(body, dict) or set(body) != {"face"} or body["face"] not in ("heads", "tails"):
        return [Problem("bad-element", key, "a coin shows heads or tails")]
    return []


def _case(coin, payloads):
    versions = tuple({k: v for k, v in p["elements"].items() if k == coin} for p in payloads)
    said = sorted(canonical_json(version) for version in versions)
    if len(set(said)) < 2:
        return None
    kind = DifferenceKind.LABEL if all(versions) else DifferenceKind.MISSING
    return Difference(sha256(canonical_json(said)), (kind,), ("coin",), versions)
