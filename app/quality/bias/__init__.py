"""Whether labels are as good for everybody, and whether the texts are like the people they are meant for."""
