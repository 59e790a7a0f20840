"""The floor's own steady clock: how it stands to the clocks of its machines, what it follows and what it doubts."""
