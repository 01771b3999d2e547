"""What a simulated team does on a day: pure, and the same for the same seed, person and date.

No clock, no state of the CRM and no `random` here: an act names its target in words ("one of my
open leads") and carries a roll that `acting` uses to choose among what exists at that moment.
"""
