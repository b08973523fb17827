package highwater.live;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** Waiting for something to become true, for a bounded time. */
final class Wait {
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Returns how long it took. A condition that throws does not hold yet. */
    static long until(String what, long atMostMs, Condition condition) throws Exception {
        long start = System.nanoTime();
        Exception last = null;
        while (millisSince(start) < atMostMs) {
            try {
                if (condition.holds()) {
                    return millisSince(start);
                }
                last = null;
            } catch (IOException | RuntimeException error) {
                last = error;
            }
            Thread.sleep(10);
        }
        throw new TimeoutException(what + " did not come true within " + atMostMs + " ms" + (last == null ? "" : ": " + last));
    }

    static long millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    private Wait() {
    }
}
