"""De-identification: recognisers, operators, surrogates, verdicts."""
