"""What a found identifier becomes: masks, surrogates, shifted dates."""
