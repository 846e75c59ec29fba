"""Word lists the recognisers and the model look at: names, places, ordinary and clinical words."""
