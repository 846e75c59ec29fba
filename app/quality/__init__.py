"""How good the labels are: samples, drift, reports."""
