"""Endings of clinical terms, adverbs and abstract nouns: words with one are hardly names."""

from __future__ import annotations

import re

TERM_ENDING = re.compile(
    r"(?:itis|osis|oses|emia|aemia|scopy|scopic|graphy|graph|gram|ectomy|otomy|ostomy|plasty|opathy|ology|ologic|ological|ically|ally"
    r"|ation|ations|ition|ction|ment|ments|ness|ious|eous|ular|oid|uria|algia|plegia|phagia|pnea|pnoea|trophy|genic|lysis|lytic|ergic"
    r"|nib|mab|vir|cillin|mycin|azole|pril|sartan|statin|olol|idine|dipine|prazole|oxacin|cycline|tide|parin|xaban|thorax|gliptin|gliflozin"
    r"|fentanil|fentanyl|caine|azepam|barbital|profen|triptan|setron|ase|ability|tility|metry|meter|therapy|toxin|virus|coccus|bacter"
    r"|fluorane|flurane|curonium|triptyline|oxetine|zapine|peridone|sulfone|platin|taxel|rubicin|mustine|bactam|penem|glitazone|lukast|dronate|coxib|ciclib|parib|thiazide|racetam|gabalin|fibrate|phylline|tropium|tropine|olone|onide"
    r"|ably|ibly|fully|lessly|ingly|edly|wards?|ively|ately|ously|iae|orrhea|orrhoea|megaly|penia|cyte|cytes|blast|blasts|globin)$"
)
