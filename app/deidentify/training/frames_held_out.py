"""Frames for testing only: other note types and layouts than in training, never trained on."""
# ruff: noqa: E501 (one frame per line)

HELD_OUT = """
Telehealth visit summary. Connected with {name} from [her|his] home in {city}; [spouse|sibling] {first} joined the call.
Triage 14:02 {LAST} {FIRST} brought by neighbour {first}, chief complaint {sx}.
Hospice intake: next visit by chaplain {name}. Family gathered, including {first}, {first} and cousin {first} from {city}.
Tumor board {date}. Presenter {last}. Discussants {last}, {last}. Dx {dx}. Outside slides received from {hosp}.
To whom it may concern: {name} has been under my care at {hosp} since {date} for {dx}.
Handoff - {last} - {age}[M|F] - {dx} - to do: call {first} back, ask {last} re {drug}.
Autopsy requested by {name} of {city} county; body identified by {name}.
Authorise refill of {drug} for {last}, pharmacy on {street}, {city}.
Birth certificate worksheet - mother {name}, attendant {name} CNM, place of birth {hosp}.
Dental: {first} chipped a tooth at {org}; Dr {last} to restore.
{dx} noted by school counsellor {name}; parents {first} and {first} informed.
Ambulance run sheet: pickup {street}, drop {hosp}, crew {last}/{last}.
Transplant coordinator {first} {last} notified; donor hospital {hosp}.
Patient portal message from {first}: my {sx} is back, can Dr {last} see me before {date}?
Addendum ({name}, {date}): {lab} {val}; discussed w/ {last}.
Home visit at {street}, {city}. Present: {first}, aide {first}, nurse {last}.
Psych: {first} describes conflict with [ex-partner|stepfather] {first}; employed by {org}.
Anaesthesia record   anaesthetist {last}   surgeon {last}   scrub {first}
{name} / {date} / {id} / ward round: {dx}, continue {drug}.
Letter of {date} to {name}, {street}, {city}: your {lab} was {val}.
Patients with {dx} on {drug} should have {lab} checked; {eponym} absent.
{Eponym}, {dx} and {dx} were considered; {lab} {val}.
Nil by mouth. {Drug} {dose} stat. Bloods: {lab} {val}.
""".strip().splitlines()
