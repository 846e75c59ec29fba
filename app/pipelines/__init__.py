"""The office of pre-annotation: the register of what may suggest, and the stage that runs it."""
