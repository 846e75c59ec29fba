"""How good the labels are: agreement, acceptance by sampling, drift, and the stored figures that pages show."""
