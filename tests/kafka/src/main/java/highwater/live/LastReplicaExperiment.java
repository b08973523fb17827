package highwater.live;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * The last replica standing: two replicas leave one after the other, the last one dies and comes back without the tail of
 * its log. Without eligible leader replicas it is the only one that may lead, and the others cut off what it lost.
 */
final class LastReplicaExperiment {
    private static final String FEATURE = "eligible.leader.replicas.version";
    private static final int FIRST = 20;
    private static final int SECOND = 30;

    static void run(Cluster cluster, Experiment run) throws Exception {
        run.setting("acks", "all");
        run.setting("replication.factor", 3);
        run.setting("min.insync.replicas", 2);
        short byDefault;
        try (Admin admin = cluster.admin()) {
            byDefault = admin.describeFeatures().featureMetadata().get().finalizedFeatures().get(FEATURE).maxVersionLevel();
        }
        run.observe(FEATURE + " of a new cluster", byDefault);
        set(cluster, (short) 1);
        long with = once(cluster, run, "elr-on");
        set(cluster, (short) 0);
        long without = once(cluster, run, "elr-off");
        set(cluster, byDefault);
        run.conclude(with == 0 && without > 0);
    }

    private static void set(Cluster cluster, short level) throws Exception {
        try (Admin admin = cluster.admin()) {
            Map<String, ?> now = admin.describeFeatures().featureMetadata().get().finalizedFeatures();
            if (now.containsKey(FEATURE) == (level > 0)) {
                return;
            }
            FeatureUpdate.UpgradeType type = level == 0 ? FeatureUpdate.UpgradeType.SAFE_DOWNGRADE
                : FeatureUpdate.UpgradeType.UPGRADE;
            admin.updateFeatures(Map.of(FEATURE, new FeatureUpdate(level, type)), new UpdateFeaturesOptions()).all().get();
        }
    }

    private static long once(Cluster cluster, Experiment run, String topic) throws Exception {
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of("min.insync.replicas", "2"));
        long mark1 = cluster.broker(1).mark();
        long mark2 = cluster.broker(2).mark();
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), Map.of("acks", "all",
            "enable.idempotence", false, "linger.ms", 0, "batch.size", 1))) {
            List<String> acknowledged = new ArrayList<>(
                Clients.outcome(Clients.send(producer, topic, "first", FIRST), "first").acknowledged());
            run.step("%s: %d records are acknowledged by three replicas", topic, FIRST);
            cluster.broker(3).stop();
            shrunk(cluster, topic, Set.of(1, 2));
            run.step("%s: broker 3 shuts down cleanly", topic);
            acknowledged.addAll(Clients.outcome(Clients.send(producer, topic, "second", SECOND), "second").acknowledged());
            run.step("%s: %d more records are acknowledged by the two that are left", topic, SECOND);
            cluster.broker(2).stop();
            shrunk(cluster, topic, Set.of(1));
            run.step("%s: broker 2 shuts down cleanly", topic);
            run.observe("acknowledged, " + topic, acknowledged.size());
            run.observe("state with one replica left, " + topic, Wire.state(cluster.broker(1), topic).toString());
            cluster.broker(1).kill();
            boolean marker = Files.deleteIfExists(cluster.broker(1).directory.resolve(".kafka_cleanshutdown"));
            new LogFile(cluster.broker(1), topic).cutFrom(FIRST);
            run.step("%s: broker 1 is killed hard; the last %d records are cut off its log (clean-shutdown file there: %s)",
                topic, SECOND, marker);
            run.observe("records on disk of brokers 1, 2, 3, " + topic, List.of(size(cluster, 1, topic),
                size(cluster, 2, topic), size(cluster, 3, topic)));

            cluster.broker(1).start();
            run.step("%s: broker 1 starts alone", topic);
            Wait.until("broker 1 answers", 60_000, () -> Wire.brokers(cluster.broker(1)).equals(List.of(1)));
            Thread.sleep(3_000);
            run.observe("state when only broker 1 is back, " + topic, Wire.state(cluster.broker(1), topic).toString());
            cluster.heal();
            run.step("%s: brokers 2 and 3 start", topic);
            Wait.until("all replicas are in sync", 60_000, () -> Wire.state(cluster.broker(1), topic).isr().size() == 3);
            run.observe("state when all are back, " + topic, Wire.state(cluster.broker(1), topic).toString());
            long gone = ReplicationExperiments.missing(Clients.readAll(cluster.bootstrap(), topic, 0), acknowledged);
            run.observe("acknowledged records that are gone, " + topic, gone);
            run.words(DurabilityExperiments.about(cluster.broker(1).saidSince(mark1), topic).stream()
                .filter(line -> line.contains("runcat")).toList());
            run.words(DurabilityExperiments.about(cluster.broker(2).saidSince(mark2), topic).stream()
                .filter(line -> line.contains("runcat")).toList());
            cluster.deleteTopic(topic);
            return gone;
        }
    }

    private static void shrunk(Cluster cluster, String topic, Set<Integer> isr) throws Exception {
        Wait.until("the ISR is " + isr, 30_000, () -> Set.copyOf(Wire.state(cluster.broker(1), topic).isr()).equals(isr));
    }

    private static int size(Cluster cluster, int broker, String topic) throws Exception {
        return new LogFile(cluster.broker(broker), topic).values().size();
    }

    private LastReplicaExperiment() {
    }
}
