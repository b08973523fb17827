package highwater.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the controller makes of a broker's heartbeats: when it lets a broker go, back in, and when it gives it up. */
final class SessionExperiments {
    private static final int REPEATS = 6;
    private static final String HEARTBEAT = "Sending broker heartbeat";

    /** One broker shut down or killed, and started again as soon as its process has ended. */
    private record Restart(Said lastHeartbeat, List<Said> refusals, Said registered, int requests) {
        long acceptedAfterMs() {
            return registered.since(lastHeartbeat.at());
        }
    }

    static void restart(Cluster cluster, Experiment run) throws Exception {
        run.setting("broker.session.timeout.ms", Cluster.SESSION_MS);
        run.setting("broker.heartbeat.interval.ms", cluster.settings.get("broker.heartbeat.interval.ms"));
        String topic = "restart-within-session";
        cluster.createTopic(topic, List.of(2, 1, 3), Map.of());
        long mark = cluster.controller.mark();
        Restart leading = restart(cluster, run, "clean, leading a partition", true);
        // Nobody has given it a leadership back since.
        Restart idle = restart(cluster, run, "clean, leading nothing", true);
        Restart killed = restart(cluster, run, "killed hard", false);
        run.words(controller(cluster, mark, 2));
        cluster.deleteTopic(topic);
        run.conclude(Stream.of(leading, idle, killed).allMatch(restart -> !restart.refusals.isEmpty()
            && restart.acceptedAfterMs() >= Cluster.SESSION_MS) && idle.requests == 1 && leading.requests > 1);
    }

    private static Restart restart(Cluster cluster, Experiment run, String how, boolean clean) throws Exception {
        Broker broker = cluster.broker(2);
        long mark = broker.mark();
        Thread.sleep(700);
        if (clean) {
            broker.stop();
        } else {
            broker.kill();
        }
        List<Said> before = broker.linesSince(mark);
        long ended = broker.mark();
        broker.start();
        run.step("broker 2 %s, and is started again at once: %s", clean ? "shuts down cleanly" : "is killed hard", how);
        Wait.until("broker 2 is registered again", 60_000, () -> said(broker, ended, "Successfully registered").size() == 1);
        cluster.heal();

        List<Said> heartbeats = before.stream().filter(line -> line.text().contains(HEARTBEAT)).toList();
        Said last = heartbeats.get(heartbeats.size() - 1);
        List<Said> asking = heartbeats.stream().filter(line -> line.text().contains("wantShutDown=true")).toList();
        if (clean) {
            run.observe("ms from the first to each of its requests to be let go, " + how,
                asking.stream().map(line -> line.since(asking.get(0).at())).toList());
            run.observe("ms from its first request to being let go, " + how,
                before.stream().filter(line -> line.text().contains("asked us to exit")).findFirst().orElseThrow()
                    .since(asking.get(0).at()));
        }
        List<Said> refusals = said(broker, ended, "DUPLICATE_BROKER_REGISTRATION");
        Said registered = said(broker, ended, "Successfully registered").get(0);
        Restart restart = new Restart(last, refusals, registered, asking.size());
        run.observe("ms from the last heartbeat to each refusal, " + how,
            refusals.stream().map(line -> line.since(last.at())).toList());
        run.observe("ms from the last heartbeat to being registered, " + how, restart.acceptedAfterMs());
        run.observe("the same in sessions, " + how, sessions(restart.acceptedAfterMs()));
        run.words(refusals.stream().limit(1).map(Said::text).toList());
        return restart;
    }

    static void fencing(Cluster cluster, Experiment run) throws Exception {
        run.setting("broker.session.timeout.ms", Cluster.SESSION_MS);
        Broker broker = cluster.broker(3);
        List<Long> waits = new ArrayList<>();
        run.step("an idle broker is frozen until the controller fences it, then thaws; %d times", REPEATS);
        long first = cluster.controller.mark();
        for (int i = 0; i < REPEATS; i++) {
            long mark = broker.mark();
            // Somewhere else in the controller's round of checks each time.
            int heartbeatsBefore = 3 + i % 3;
            Wait.until("heartbeats", 10_000, () -> said(broker, mark, HEARTBEAT).size() >= heartbeatsBefore);
            long said = cluster.controller.mark();
            broker.freeze();
            List<Said> heartbeats = said(broker, mark, HEARTBEAT);
            Wait.until("broker 3 is fenced", 30_000, () -> !said(cluster.controller, said, "Fencing broker 3").isEmpty());
            waits.add(said(cluster.controller, said, "Fencing broker 3").get(0)
                .since(heartbeats.get(heartbeats.size() - 1).at()));
            broker.thaw();
            cluster.heal();
        }
        run.observe("ms from the last heartbeat to being fenced", waits);
        run.observe("the same in sessions", waits.stream().map(SessionExperiments::sessions).toList());
        run.words(controller(cluster, first, 3));
        run.conclude(waits.stream().allMatch(ms -> ms >= Cluster.SESSION_MS - 50 && ms <= 1.125 * Cluster.SESSION_MS + 250));
    }

    private static List<Said> said(Broker broker, long mark, String what) throws Exception {
        return broker.linesSince(mark).stream().filter(line -> line.text().contains(what)).toList();
    }

    /** What the controller decided about one broker. */
    private static List<String> controller(Cluster cluster, long mark, int broker) throws Exception {
        return cluster.controller.linesSince(mark).stream().map(Said::text).filter(line -> line.contains("roker " + broker))
            .filter(line -> Stream.of("granted", "session has timed out", "Registering a new incarnation").anyMatch(line::contains)).toList();
    }

    private static double sessions(long millis) {
        return Math.round(100.0 * millis / Cluster.SESSION_MS) / 100.0;
    }

    private SessionExperiments() {
    }
}
