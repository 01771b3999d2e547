"""The emulator's own page: look into the account and act in it by hand.

Every section has an address, every act is a form; without scripts it only does not refresh by
itself. It looks like nobody's CRM on purpose. For this machine only, as the control API is.
"""
