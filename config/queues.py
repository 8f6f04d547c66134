"""The queues, one worker process for each: only a worker with a single queue never loses a job that it has just taken."""

QUEUES = ("routing", "outbound", "reminders", "alerts", "reports", "media")
