// Closed word lists of safety elements, the same as the server's.

export const SERIOUSNESS = [
  "death",
  "life_threatening",
  "hospitalisation",
  "disabling",
  "congenital_anomaly",
  "other_medically_important",
];
export const OUTCOMES = ["recovered", "recovering", "not_recovered", "sequelae", "fatal", "unknown"];
export const SUBTYPES = ["drug_reaction", "procedure_complication", "device", "other_outcome"];
export const SEVERITIES = [1, 2, 3, 4, 5, "mild", "moderate", "severe"];
export const ROLES = ["suspect", "concomitant", "interacting", "not_administered"];
export const ACTIONS_TAKEN = ["withdrawn", "reduced", "increased", "not_changed", "unknown", "not_applicable"];
export const SITUATIONS = [
  "overdose",
  "medication_error",
  "off_label",
  "lack_of_effect",
  "misuse",
  "pregnancy",
  "lactation",
];
export const CAUSALITY = {
  "who-umc": ["certain", "probable", "possible", "unlikely", "conditional", "unassessable"],
  naranjo: ["definite", "probable", "possible", "doubtful", "insufficient"],
  rucam: ["highly_probable", "probable", "possible", "unlikely", "excluded", "insufficient"],
  global: ["related", "possible", "not_related", "unassessable"],
};
export const DECHALLENGES = ["positive", "negative", "unknown", "not_done"];
export const RECHALLENGES = ["recurred", "not_recurred", "unknown", "not_done"];
export const PRESENT_ON_ADMISSION = ["Y", "N", "U", "W", "exempt"];
