"""The privacy office: quarantine and its decisions, incidents, leak audits, anonymity."""
