"""Terms of the installed code systems: which are chosen, how a note would word them, where they are kept."""
