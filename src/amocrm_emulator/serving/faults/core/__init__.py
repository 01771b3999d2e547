"""Which faults there are, and how they deform an answer: pure."""
