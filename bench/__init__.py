"""What SMSDesk costs, measured against a floor in the same run: `make bench`."""
