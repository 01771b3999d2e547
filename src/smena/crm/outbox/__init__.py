"""What we write into the CRM: commands, their states and ends."""
