package highwater.live;

import highwater.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs the experiments one after the other on one cluster, and writes what was seen. */
public final class Live {
    private interface Body {
        void run(Cluster cluster, Experiment experiment) throws Exception;
    }

    private record Entry(String name, String expected, Body body) {
    }

    private static List<Entry> entries() {
        return List.of(
            new Entry("acks_one", "some acknowledged records are gone", DurabilityExperiments::acksOne),
            new Entry("acks_all", "no acknowledged record is gone; with too few replicas nothing is acknowledged",
                DurabilityExperiments::acksAll),
            new Entry("acks_zero", "the producer is told that records are well that no log holds",
                DurabilityExperiments::acksZero),
            new Entry("isr_timing",
                "a follower leaves the ISR after 1 to 1.5 times the lag limit and returns once it has caught up",
                ReplicationExperiments::isrTiming),
            new Entry("high_watermark",
                "readers wait for the frozen follower, then go on; below min.insync.replicas they stop",
                ReplicationExperiments::highWatermark),
            new Entry("unclean_election", "off: no leader and nothing lost; on: a leader and acknowledged records lost",
                ReplicationExperiments::unclean),
            new Entry("lost_response", "without idempotence the record is there twice, with it once",
                ProducerExperiments::lostResponse),
            new Entry("reordered", "without idempotence the failed batch comes last, with it the order is kept",
                ProducerExperiments::reordered),
            new Entry("rebalance", "range stops every partition when a member joins, the incremental ones only what moves; "
                + "a killed member's partitions wait for its session", GroupExperiments::rebalances),
            new Entry("crashes", "processing before committing repeats records, committing before processing skips some",
                GroupExperiments::crashes),
            new Entry("adding_partitions", "3 to 4 moves three quarters of the keys, 4 to 8 one half",
                ProducerExperiments::addingPartitions),
            new Entry("last_replica_standing",
                "with eligible leader replicas nothing acknowledged is gone; without, some is", LastReplicaExperiment::run),
            new Entry("restart_within_session", "a broker that comes back is not registered before its last session is over; "
                + "one without leaderships is let go by its first request", SessionExperiments::restart),
            new Entry("fencing_time", "a frozen broker is fenced 1 to 1.125 sessions after its last heartbeat",
                SessionExperiments::fencing),
            new Entry("reordered_by_disconnect", "without idempotence what was in flight on a lost connection comes back "
                + "newest first, with it in order", ConnectionExperiments::reordered),
            new Entry("dropped_with_its_connection", "nothing behind a lost request is appended from its connection, and no "
                + "answer behind a lost one arrives", ConnectionExperiments::dropped),
            new Entry("close_mid_batch", "closed after the batch, a consumer has committed what was processed; "
                + "closed in the middle, what it was given", CloseExperiment::run),
            new Entry("sync_failure", "a rebalance that fails for members waiting for their assignment expels none of them, "
                + "and they rejoin at once", SyncFailureExperiment::run),
            new Entry("committed_epoch", "after an unclean election a committed offset with its epoch goes back to where "
                + "the logs part, and never forward", EpochExperiment::run));
    }

    /** Runs the wanted experiments, or all if none is named. What the file says of the others stays as it is. */
    public static void run(Path directory, Set<String> wanted) throws Exception {
        List<String> names = entries().stream().map(Entry::name).toList();
        if (!names.containsAll(wanted)) {
            throw new IllegalArgumentException("no such experiment among " + wanted + "; there are " + names);
        }
        Path written = directory.resolve("live.json");
        VectorFile file = new VectorFile("org.apache.kafka: a live cluster of one controller and three brokers", 0);
        try (Cluster cluster = new Cluster()) {
            file.header("settings", cluster.settings);
            Map<String, Map<String, Object>> known = wanted.isEmpty() ? Map.of() : earlier(file, written);
            cluster.start();
            System.out.println("the cluster runs");
            for (Entry entry : entries()) {
                if (wanted.isEmpty() || wanted.contains(entry.name)) {
                    file.add(run(cluster, entry));
                } else if (known.containsKey(entry.name)) {
                    file.add(known.get(entry.name));
                }
            }
        }
        file.writeIndented(written);
    }

    /** What an earlier run wrote, by experiment. One file speaks of one version of Kafka with the same settings. */
    private static Map<String, Map<String, Object>> earlier(VectorFile file, Path written) throws IOException {
        Map<String, Map<String, Object>> known = new HashMap<>();
        if (Files.exists(written)) {
            for (Map<String, Object> report : file.casesOfSameOrigin(written)) {
                known.put((String) report.get("experiment"), report);
            }
        }
        return known;
    }

    private static Map<String, Object> run(Cluster cluster, Entry entry) {
        Experiment experiment = new Experiment(entry.name, entry.expected);
        long start = System.nanoTime();
        System.out.println(entry.name);
        try {
            cluster.heal();
            entry.body.run(cluster, experiment);
        } catch (Throwable error) {
            error.printStackTrace();
            experiment.couldNotRun(error);
        }
        System.out.printf("  %s: %s (%d ms)%n", entry.name, experiment.status(), Wait.millisSince(start));
        return experiment.report();
    }

    private Live() {
    }
}
