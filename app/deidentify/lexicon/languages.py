"""Frequent words that tell languages apart: function words, and words that notes of each language use."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

from functools import lru_cache

from app.deidentify.lexicon.wordset import wordset

NAMES = {
    "de": "German", "es": "Spanish", "fr": "French", "nl": "Dutch", "it": "Italian", "pt": "Portuguese",
    "vi": "Vietnamese", "pl": "Polish", "sv": "Swedish", "da": "Danish or Norwegian", "fi": "Finnish", "cs": "Czech",
    "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish", "id": "Indonesian or Malay", "ca": "Catalan",
}  # fmt: skip
_ENGLISH = wordset(
    """
    a about after all also an and any are as at be because been before both but by can could did do does
    during each for from had has have he her him his how i if in into is it its last left less may more
    most much no none not now of off on one only or other our out over per right same she should since so
    some still such than that the their them then there these they this those three through to two under
    until up was we were what when where which while who will with within without would yes you your
    patient pt pts name male female man woman year years old day days week weeks month months history
    daily normal negative positive pain left right date time phone address age sex note notes plan dose
    home take tablet tablets see seen call denies reports admitted discharged
    """
)
TELLING = {
    "de": wordset(
        """
        der die das und ist mit von den dem des ein eine einer eines einem nicht bei im zu zum zur auf wurde wurden
        werden wird nach für aus am sich ohne sowie sind war hat haben keine kein durch oder auch über unter seit
        bis noch wir sie er es ihr ihre sein seine dass als wie bereits patientin herr herrn frau aufnahme entlassung
        befund diagnose diagnosen anamnese therapie schmerzen jahre tage untersuchung zeigte zeigt links rechts
        """
    ),
    "es": wordset(
        """
        el la los las de del y en con por una un unos para que se no al su sus es lo como sin más fue presenta
        presentó tras desde hasta durante también ante muy años paciente dolor fiebre tratamiento ingreso alta
        diagnóstico antecedentes exploración izquierda derecha realiza refiere meses días así pero este esta
        """
    ),
    "fr": wordset(
        """
        le la les des du de et est dans avec pour une un par sur au aux ne pas que qui chez sans il elle été
        était son sa ses ce cette ans mais plus sous depuis jours mois douleur fièvre traitement examen gauche droite
        patiente antécédents hospitalisation monsieur madame nous vous à après très avait présente bilan
        """
    ),
    "nl": wordset(
        """
        de het een en van is met voor op te niet bij aan naar werd patiënt patiënte geen zijn heeft wordt uit ook
        dat die dit door als maar om dan nog wel er zij hij haar jaar dagen weken klachten pijn onderzoek
        behandeling sinds links rechts mevrouw meneer dhr mevr had kan tot over meer zonder opname
        """
    ),
    "it": wordset(
        """
        il lo la gli le di del della dello dei delle e in con per una un uno che non al dal nel nella paziente è
        stato stata senza alla anni da si su sono ha come più dopo anche ma questo questa dolore febbre giorni
        destra sinistra esame terapia ricovero dimissione presenta
        """
    ),
    "pt": wordset(
        """
        o os as de da do dos das e em com por uma um para que não ao na no nas nos paciente foi sem à seu sua anos
        dor febre dias mais após já pela pelo até mas como ser são está história tratamento exame direita esquerda
        """
    ),
    "ca": wordset("""el la els les de del i en amb per una un que no al és seu sense pacient dies anys dolor també més fou"""),
    "vi": wordset("""và của bệnh nhân không có được là cho với trong các một những ngày đau sốt khám điều trị"""),
    "pl": wordset(
        """
        i w z na do nie się jest od po dla przez pacjent pacjentka bez oraz chorego lat dni był była ból leczenie
        badanie prawej lewej przyjęty że ze za jako to o przed
        """
    ),
    "sv": wordset(
        """
        och i att det som en på är av för med den till inte ett patienten har utan var vid om år dagar smärta
        undersökning behandling höger vänster efter sedan också från hade
        """
    ),
    "da": wordset(
        """
        og i at det som en på er af for med den til ikke et patienten har uden var ved om år dage smerter
        undersøkelse undersøgelse behandling høyre højre venstre etter efter også fra hadde havde
        """
    ),
    "fi": wordset("""ja on ei että se oli potilas kanssa joka mutta ovat myös vuotta päivää kipu hoito hän ollut sekä tai"""),
    "cs": wordset("""a v na se je s že do o pro za po od byl byla pacient pacientka bez nebo bolest dny let léčba jako při"""),
    "hu": wordset("""a az és nem hogy egy is van volt beteg meg csak de mint nap éves fájdalom kezelés már után miatt"""),
    "ro": wordset("""și în de la cu pe un o nu este a fost pentru din care pacientul pacienta ani zile durere tratament fără mai"""),
    "tr": wordset("""ve bir bu için ile da de hasta olan olarak var yok gün yıl ağrı tedavi sonra çok daha ancak değil"""),
    "id": wordset("""dan yang di dengan untuk pada tidak ini itu dari pasien adalah ke oleh nyeri demam hari tahun telah ada"""),
}  # fmt: skip


@lru_cache(maxsize=1)
def shared_with_english() -> frozenset[str]:
    """English function words and words of English notes, whatever other language has them, too."""
    return _ENGLISH
