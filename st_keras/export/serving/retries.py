"""Call again, after waits that grow, what failed for a reason that passes."""

import random
import time

from st_keras.export.serving.call_error import CallError

FIRST_DELAY = 0.25  # seconds; doubles each time
LONGEST_DELAY = 8.0
JITTER = (0.5, 1.5)  # so that many clients do not come back all at once
random_source = random.SystemRandom()


def call_with_retries(call, retries, timeout, clock=time.monotonic, sleep=time.sleep):
    """Return the result of `call`, tried up to `1 + retries` times.

    Only failures that are `transient` are tried again, and only while there is time: `timeout`
    holds for all tries and waits together.

    Args:
        call: function of the seconds that are left to the result.
        retries: int.
        timeout: float. Seconds.
        clock: function that tells the seconds.
        sleep: function that waits for so many seconds.

    Raises:
        CallError: the last one; its `attempts` counts the tries.

    Example:

    >>> answers = iter([CallError("UNAVAILABLE", "restarting"), 42])
    >>> def call(seconds):
    ...     answer = next(answers)
    ...     if isinstance(answer, CallError):
    ...         raise answer
    ...     return answer
    >>> call_with_retries(call, retries=1, timeout=5.0, sleep=lambda seconds: None)
    42
    """
    end, delay = clock() + timeout, FIRST_DELAY
    for attempt in range(1, retries + 2):
        try:
            return call(max(end - clock(), 1e-3))
        except CallError as failure:
            failure.attempts = attempt
            wait = delay * random_source.uniform(*JITTER)
            if not failure.transient or attempt > retries or clock() + wait >= end:
                raise
        sleep(wait)
        delay = min(2 * delay, LONGEST_DELAY)
