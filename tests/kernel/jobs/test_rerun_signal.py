"""The bell of a account job: before, during and after its rounds."""

from smena.kernel.jobs.rerun_signal import REMEMBERED_SECONDS, RerunSignal

KEY = "decide:31000001"


def test_who_does_not_run_here_is_not_rung() -> None:
    bell = RerunSignal()
    assert bell.ring(KEY, 0.0) is False
    assert not bell.has_rung(KEY)


def test_a_ring_during_the_round_is_kept_for_the_next_one() -> None:
    bell = RerunSignal()
    bell.begin(KEY)
    assert bell.ring(KEY, 0.0) is False
    assert bell.has_rung(KEY)
    bell.begin(KEY)
    assert not bell.has_rung(KEY)
    assert bell.end(KEY, 1.0) is False


def test_a_ring_in_the_last_round_is_told_at_the_end() -> None:
    bell = RerunSignal()
    bell.begin(KEY)
    bell.ring(KEY, 0.0)
    assert bell.end(KEY, 1.0) is True


def test_a_ring_just_after_the_end_asks_to_wake_anew() -> None:
    bell = RerunSignal()
    bell.begin(KEY)
    bell.end(KEY, 1.0)
    assert bell.ring(KEY, 1.0 + REMEMBERED_SECONDS) is True
    assert bell.ring("other", 1.0) is False


def test_long_ended_account_jobs_are_forgotten() -> None:
    bell = RerunSignal()
    bell.begin(KEY)
    bell.end(KEY, 1.0)
    assert bell.ring(KEY, 1.1 + REMEMBERED_SECONDS) is False


def test_an_end_seen_again_is_remembered_from_then_on() -> None:
    bell = RerunSignal()
    for moment in (1.0, 5.0):
        bell.begin(KEY)
        bell.end(KEY, moment)
    bell.begin("other")
    bell.end("other", 5.5)
    assert bell.ring(KEY, 6.0) is True
