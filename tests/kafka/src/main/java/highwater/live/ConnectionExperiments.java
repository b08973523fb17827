package highwater.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What a lost connection does to the requests that were in flight on it. */
final class ConnectionExperiments {
    private static final int IN_FLIGHT = 5;
    private static final List<String> IN_ORDER = List.of("m1", "m2", "m3", "m4", "m5", "m6");

    private interface Fault {
        /** Makes the connection end once five requests are in flight on it. */
        void run(Runnable send) throws Exception;
    }

    private static Map<String, Object> settings(boolean idempotence, boolean retries) {
        Map<String, Object> settings = new HashMap<>(Map.of("acks", "all", "enable.idempotence", idempotence, "linger.ms", 0,
            "batch.size", 1, "max.in.flight.requests.per.connection", IN_FLIGHT));
        if (!retries) {
            settings.put("retries", 0);
        }
        return settings;
    }

    static void reordered(Cluster cluster, Experiment run) throws Exception {
        run.setting("acks", "all");
        run.setting("max.in.flight.requests.per.connection", IN_FLIGHT);
        Map<String, List<String>> logs = new HashMap<>();
        for (boolean idempotence : new boolean[] {false, true}) {
            String which = "enable.idempotence=" + idempotence;
            String cut = "reordered-cut-" + idempotence;
            cluster.createTopic(cut, List.of(1, 2, 3), Map.of());
            ProducerExperiments.behindProxies(cluster, proxy -> {
                run.step("%s: m1 is acknowledged; m2 to m6 are in flight, each a request, and the connection is cut before "
                    + "the broker has any of them", which);
                send(run, "localhost:" + cluster.broker(1).proxyPort, settings(idempotence, true), cut, which + ", cut", send -> {
                    proxy.loseNextRequest();
                    send.run();
                });
            });
            logs.put("cut " + idempotence, log(cluster, run, cut, which + ", connection cut"));

            String killed = "reordered-killed-" + idempotence;
            cluster.createTopic(killed, List.of(1, 2, 3), Map.of());
            run.step("%s: m1 is acknowledged; the leader is frozen; m2 to m6 are in flight; the leader is killed hard", which);
            send(run, cluster.bootstrap(), settings(idempotence, true), killed, which + ", leader killed", send -> {
                cluster.broker(1).freeze();
                send.run();
                cluster.broker(1).kill();
            });
            logs.put("killed " + idempotence, log(cluster, run, killed, which + ", leader killed"));
            cluster.heal();
        }
        List<String> newestFirst = List.of("m1", "m6", "m5", "m4", "m3", "m2");
        run.conclude(logs.get("cut false").equals(newestFirst) && logs.get("killed false").equals(newestFirst)
            && logs.get("cut true").equals(IN_ORDER) && logs.get("killed true").equals(IN_ORDER));
    }

    static void dropped(Cluster cluster, Experiment run) throws Exception {
        run.setting("acks", "all");
        run.setting("max.in.flight.requests.per.connection", IN_FLIGHT);
        Map<String, List<String>> logs = new HashMap<>();
        Map<String, Integer> acknowledged = new HashMap<>();
        for (String fault : List.of("first request lost", "all answers lost", "first answer lost")) {
            for (String how : List.of("no retries", "retries", "idempotence")) {
                String topic = "dropped-" + (fault + "-" + how).replace(' ', '-');
                String which = fault + ", " + how;
                cluster.createTopic(topic, List.of(1, 2, 3), Map.of());
                ProducerExperiments.behindProxies(cluster, proxy -> {
                    run.step("%s: m1 is acknowledged; m2 to m6 are in flight; %s", how, switch (fault) {
                        case "first request lost" -> "the connection is cut with m2 on its way";
                        case "all answers lost" -> "the connection is cut when the broker has answered all five, none of it through";
                        default -> "the connection is cut with the answer to m2 on its way";
                    });
                    acknowledged.put(which, send(run, "localhost:" + cluster.broker(1).proxyPort,
                        settings(how.equals("idempotence"), !how.equals("no retries")), topic, which, send -> {
                            switch (fault) {
                                case "first request lost" -> proxy.loseNextRequest();
                                case "all answers lost" -> proxy.loseResponses(IN_FLIGHT);
                                default -> proxy.loseResponseAfter(0);
                            }
                            send.run();
                        }));
                });
                logs.put(which, log(cluster, run, topic, which));
            }
        }
        run.conclude(logs.get("first request lost, no retries").equals(List.of("m1"))
            && logs.get("first request lost, retries").stream().sorted().toList().equals(IN_ORDER)
            && logs.get("first request lost, idempotence").equals(IN_ORDER)
            && logs.get("all answers lost, no retries").equals(IN_ORDER)
            && acknowledged.get("all answers lost, no retries") == 0
            && acknowledged.get("first answer lost, no retries") == 0
            && logs.get("all answers lost, retries").size() == 1 + 2 * IN_FLIGHT
            && logs.get("all answers lost, idempotence").equals(IN_ORDER)
            && logs.get("first answer lost, idempotence").equals(IN_ORDER));
    }

    /** One record acknowledged, then five at once with the fault; returns how many of these are acknowledged. */
    private static int send(Experiment run, String bootstrap, Map<String, Object> settings, String topic, String which,
                            Fault fault) throws Exception {
        try (KafkaProducer<String, String> producer = Clients.producer(bootstrap, settings)) {
            Clients.send(producer, topic, List.of(1)).get(0).get();
            List<Future<RecordMetadata>> futures = new ArrayList<>();
            fault.run(() -> {
                futures.addAll(Clients.send(producer, topic, List.of(2, 3, 4, 5, 6)));
                run.observe("requests in flight, " + which, mostInFlight(producer));
            });
            Clients.Outcome outcome = Clients.outcome(futures, "m");
            run.observe("acknowledged, " + which, outcome.acknowledged().size());
            run.observe("errors, " + which, outcome.errors());
            run.words(outcome.words().stream().distinct().toList());
            return outcome.acknowledged().size();
        }
    }

    /** The most that were on their way at once in the quarter of a second after sending. */
    private static long mostInFlight(KafkaProducer<String, String> producer) {
        long most = 0;
        for (long start = System.nanoTime(); Wait.millisSince(start) < 250;) {
            most = Math.max(most, producer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("requests-in-flight"))
                .mapToLong(metric -> Math.round((Double) metric.getValue().metricValue())).sum());
        }
        return most;
    }

    private static List<String> log(Cluster cluster, Experiment run, String topic, String which) throws Exception {
        List<String> values = Clients.readAll(cluster.bootstrap(), topic, 0).stream()
            .map(value -> value.replace(".", "")).toList();
        run.observe("log, " + which, values);
        cluster.deleteTopic(topic);
        return values;
    }

    private ConnectionExperiments() {
    }
}
