"""DICOM words the consistency rules go by: body parts, paired parts, fields and classes of a modality."""

from __future__ import annotations

# PS3.16 Annex L, Table L-1 (defined terms of Body Part Examined), human parts in common use.
_BODY_PARTS = """
    ABDOMEN ABDOMENPELVIS ADRENAL ANKLE AORTA ARM AXILLA BACK BLADDER BRAIN BREAST BRONCHUS BUTTOCK
    CALCANEUS CALF CAROTID CEREBELLUM CERVIX CHEEK CHEST CHESTABDOMEN CHESTABDPELVIS CIRCLEOFWILLIS CLAVICLE
    COCCYX COLON CORNEA CORONARYARTERY CSPINE CTSPINE DUODENUM EAR ELBOW ESOPHAGUS EXTREMITY EYE EYELID FACE
    FEMUR FINGER FOOT FOREARM GALLBLADDER HAND HEAD HEADNECK HEART HIP HUMERUS IAC ILEUM ILIUM JAW JEJUNUM
    KIDNEY KNEE LARYNX LEG LIVER LOWERLEG LSPINE LSSPINE LUNG MAXILLA MEDIASTINUM MOUTH NECK NECKCHEST
    NECKCHESTABDOMEN NECKCHESTABDPELV NOSE ORBIT OVARY PANCREAS PAROTID PATELLA PELVIS PENIS PHARYNX PROSTATE
    RADIUS RADIUSULNA RECTUM RIB SCALP SCAPULA SCLERA SCROTUM SHOULDER SKULL SPINE SPLEEN SSPINE STERNUM
    STOMACH SUBMANDIBULAR TESTIS THIGH THORAX THUMB THYMUS THYROID TIBIAFIBULA TLSPINE TMJ TOE TONGUE TRACHEA
    TSPINE ULNA UPPERARM URETER URETHRA UTERUS VAGINA VULVA WHOLEBODY WRIST ZYGOMA"""
BODY_PARTS = frozenset(_BODY_PARTS.split())

_PAIRED_PARTS = """
    ANKLE ARM AXILLA BREAST CALCANEUS CALF CLAVICLE ELBOW EYE FEMUR FINGER FOOT FOREARM HAND HIP HUMERUS
    KNEE LEG LOWERLEG PATELLA RADIUS RADIUSULNA SCAPULA SHOULDER THIGH THUMB TIBIAFIBULA TOE ULNA UPPERARM
    WRIST"""
PAIRED_PARTS = frozenset(_PAIRED_PARTS.split())

# Parts whose sections show a face.
FACE_PARTS = frozenset(("BRAIN", "FACE", "HEAD", "HEADNECK", "IAC", "JAW", "MAXILLA", "ORBIT", "SKULL"))

# Elements no de-identified record may hold (PS3.15 Table E.1-1: removed or emptied).
DIRECT_IDENTIFIERS = (
    "OtherPatientIDs", "OtherPatientNames", "PatientAddress", "PatientBirthName", "PatientMotherBirthName",
    "PatientTelephoneNumbers", "MedicalRecordLocator", "MilitaryRank",
)  # fmt: skip

# Fields that belong to some modalities only: keyword → modalities it may stand with.
FIELD_MODALITIES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "RepetitionTime",
            "EchoTime",
            "MagneticFieldStrength",
            "FlipAngle",
            "EchoTrainLength",
            "InversionTime",
        ),
        frozenset({"MR"}),
    ),
    **dict.fromkeys(
        ("KVP", "XRayTubeCurrent", "Exposure", "ExposureTime"),
        frozenset({"CT", "CR", "DX", "DR", "MG", "XA", "RF", "IO", "PX", "RG", "PT", "NM", "BMD", "OT"}),
    ),
    "ConvolutionKernel": frozenset({"CT", "PT", "NM"}),
    "ViewPosition": frozenset({"CR", "DX", "DR", "MG", "RF", "RG", "XA", "IO", "PX", "NM", "OT"}),
}

# PS3.4 Annex B.5, storage classes by modality.
_STORAGE = "1.2.840.10008.5.1.4.1.1."
SOP_CLASS_MODALITIES: dict[str, frozenset[str]] = {
    _STORAGE + suffix: frozenset(modalities.split())
    for suffix, modalities in {
        "1": "CR",
        "1.1": "DX DR",
        "1.1.1": "DX DR",
        "1.2": "MG",
        "1.2.1": "MG",
        "1.3": "IO",
        "1.3.1": "IO",
        "2": "CT",
        "2.1": "CT",
        "3.1": "US",
        "4": "MR",
        "4.1": "MR",
        "6.1": "US",
        "12.1": "XA",
        "12.2": "RF",
        "20": "NM",
        "128": "PT",
        "130": "PT",
    }.items()
}

# Peak kilovoltage that occurs in practice, by modality; others get the widest range.
KVP_RANGES: dict[str, tuple[int, int]] = {"MG": (20, 49), "CT": (60, 150), "IO": (50, 90)}
ANY_KVP = (20, 160)
