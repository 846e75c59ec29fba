"""Agreement coefficients: each a function of sums over documents, so that one bootstrap serves all."""
