"""The rerun signal of an account job: before, during and after its rounds."""

from smena.kernel.jobs.rerun_signal import REMEMBERED_SECONDS, RerunSignal

KEY = "decide:31000001"


def test_who_does_not_run_here_is_not_signalled() -> None:
    reruns = RerunSignal()
    assert reruns.signal(KEY, 0.0) is False
    assert not reruns.has_signal(KEY)


def test_a_signal_during_the_round_is_kept_for_the_next_one() -> None:
    reruns = RerunSignal()
    reruns.begin(KEY)
    assert reruns.signal(KEY, 0.0) is False
    assert reruns.has_signal(KEY)
    reruns.begin(KEY)
    assert not reruns.has_signal(KEY)
    assert reruns.end(KEY, 1.0) is False


def test_a_signal_in_the_last_round_is_told_at_the_end() -> None:
    reruns = RerunSignal()
    reruns.begin(KEY)
    reruns.signal(KEY, 0.0)
    assert reruns.end(KEY, 1.0) is True


def test_a_signal_just_after_the_end_asks_to_wake_anew() -> None:
    reruns = RerunSignal()
    reruns.begin(KEY)
    reruns.end(KEY, 1.0)
    assert reruns.signal(KEY, 1.0 + REMEMBERED_SECONDS) is True
    assert reruns.signal("other", 1.0) is False


def test_long_ended_account_jobs_are_forgotten() -> None:
    reruns = RerunSignal()
    reruns.begin(KEY)
    reruns.end(KEY, 1.0)
    assert reruns.signal(KEY, 1.1 + REMEMBERED_SECONDS) is False


def test_an_end_seen_again_is_remembered_from_then_on() -> None:
    reruns = RerunSignal()
    for moment in (1.0, 5.0):
        reruns.begin(KEY)
        reruns.end(KEY, moment)
    reruns.begin("other")
    reruns.end("other", 5.5)
    assert reruns.signal(KEY, 6.0) is True
