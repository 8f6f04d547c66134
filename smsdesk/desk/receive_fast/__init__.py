"""The two commonest texts, stored in one statement: the next text of a conversation that is open, and a new customer's first.

`receive.py` is the rule; whatever is not plainly one of these two goes there, and a test holds the two against each other. Each
statement looks and writes at once, so nothing can change between the look and the write.
"""

from smsdesk.desk.receive_fast.lane import FastLane

__all__ = ["FastLane"]
