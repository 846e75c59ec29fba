"""Items, rounds, assignments, submissions, differences, rulings, signatures."""
