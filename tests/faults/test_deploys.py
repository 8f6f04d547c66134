"""Parts are asked to stop while they work, as a new version asks the old one (F66): what was begun is finished, the rest is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from smsdesk.rules.delivery_status import State
from tests.faults.ground import LONG, Ground, wait
from tests.servers import until

WITH_THE_CARRIER = {State.ACCEPTED, State.SENT, State.DELIVERED}


def test_f66_a_worker_that_is_asked_to_stop_ends_its_calls_and_the_next_one_goes_on(ground: Ground) -> None:
    ground.witness.carrier.modes.next("slow:2", 3)
    begun = [ground.answered("Ready at five", sender=f"+1415555{n:04}")[0] for n in range(3)]
    old = ground.worker("outbound")
    until(lambda: all(ground.shop.message(one).called_at for one in begun), 30, "nothing was begun")

    old.terminate()
    assert old.wait(30) == 0
    ended_as = {ground.state(one) for one in begun}
    [later] = ground.answered("And yours at six", sender="+14155550177")
    ground.worker("outbound")
    ground.until_state(later, *WITH_THE_CARRIER)

    assert ended_as <= WITH_THE_CARRIER
    assert len(ground.witness.calls()) == 4
    ground.check()


@pytest.mark.skipif(not LONG, reason="takes long; make faults")
def test_f66_a_post_that_is_being_stored_when_the_web_is_asked_to_stop_is_answered(ground: Ground) -> None:
    ground.environ["WEB_CONCURRENCY"] = "1"
    web = ground.web(failpoint="in.after_verify:sleep=4")
    form = ground.form(1)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ground.post, form)
        wait(2)  # it is being stored now, and for two seconds more
        web.terminate()
        assert answer.result(30) == 200
    assert web.wait(30) == 0
    ground.check({form["MessageSid"]})
