"""Pages of one project: counts, deliveries, people, rules, guidelines, releases."""
