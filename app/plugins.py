"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.agreement.metrics.protocol import METRICS
from app.review.modality import MODALITIES

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = (
    "app.cli.agreement:agreement",
)


def load() -> None:
    """Fill every registry."""
    MODALITIES.register(
        "app.modalities.notes:Notes",
        "app.modalities.reports:Reports",
        "app.modalities.imaging:Imaging",
    )
    # Agreement coefficients, in the order they are shown.
    METRICS.register(
        "app.agreement.metrics.kappa:Percent",
        "app.agreement.metrics.kappa:Cohen",
        "app.agreement.metrics.kappa:KappaLinear",
        "app.agreement.metrics.kappa:KappaQuadratic",
        "app.agreement.metrics.kappa:Scott",
        "app.agreement.metrics.multirater:Fleiss",
        "app.agreement.metrics.multirater:Randolph",
        "app.agreement.metrics.multirater:Conger",
        "app.agreement.metrics.multirater:Light",
        "app.agreement.metrics.multirater:LightLinear",
        "app.agreement.metrics.multirater:LightQuadratic",
        "app.agreement.metrics.alpha:AlphaNominal",
        "app.agreement.metrics.alpha:AlphaOrdinal",
        "app.agreement.metrics.alpha:AlphaInterval",
        "app.agreement.metrics.alpha:AlphaRatio",
        "app.agreement.metrics.gwet:AC1",
        "app.agreement.metrics.gwet:AC2",
        "app.agreement.metrics.gwet:AC2Linear",
        "app.agreement.metrics.specific:SpecificPositive",
        "app.agreement.metrics.specific:SpecificNegative",
        "app.agreement.metrics.spans:F1Strict",
        "app.agreement.metrics.spans:F1StrictUntyped",
        "app.agreement.metrics.spans:F1Relaxed",
        "app.agreement.metrics.spans:F1RelaxedUntyped",
        "app.agreement.metrics.spans:Dice",
        "app.agreement.metrics.spans:DiceUntyped",
        "app.agreement.metrics.relations:RelationF1",
        "app.agreement.metrics.relations:RelationF1Conditional",
        "app.agreement.metrics.tokens:TokenKappa",
        "app.agreement.metrics.tokens:TokenKappaMarked",
    )
