"""The auditor: goes through the log again, by night and on demand, and lists what a good face was put on.

`ask` begins a run, `go_on` does it in small pieces that survive a kill, `read_…` look at one kind of thing each, `report` shows it.
"""
