"""The rule graders, one small module each; they come in through entry points like anybody's."""
