"""ECG strips: kinds, a title and who claims them; everything else is derived."""

from __future__ import annotations

from app.annotation.questionnaire import Questionnaire
from app.corpus.receiving import TextIntake
from examples.ecg_strips.kinds import KINDS


class EcgStrips(Questionnaire):
    key = "ecg_strips"
    title = "ECG strips"
    noun = "Strip"
    kinds = KINDS
    intake = TextIntake("ecg")
