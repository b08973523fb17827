package highwater.live;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A log is cut short by an unclean election below an offset that a group has committed. */
final class EpochExperiment {
    private static final String TOPIC = "committed-epoch";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int SHARED = 10;
    private static final int LOST = 20;
    private static final int READ = SHARED + LOST;

    static void run(Cluster cluster, Experiment run) throws Exception {
        run.setting("replication.factor", 2);
        run.setting("unclean.leader.election.enable", true);
        cluster.createTopic(TOPIC, List.of(1, 2), Map.of("unclean.leader.election.enable", "true"));
        send(cluster, "all", "shared", SHARED);
        ReplicationExperiments.replicated(cluster, TOPIC);
        cluster.broker(2).freeze();
        send(cluster, "1", "lost", LOST);
        run.step("%d records are replicated; the follower is frozen; %d more go to the leader alone", SHARED, LOST);
        Wait.until("the ISR is the leader alone", 20_000, () -> Wire.state(cluster.broker(1), TOPIC).isr().equals(List.of(1)));
        // A frozen broker would keep the group waiting if it were its coordinator.
        Wait.until("the follower is fenced", 20_000, () -> Wire.brokers(cluster.broker(1)).equals(List.of(1, 3)));
        OffsetAndMetadata committed = readAndCommit(cluster);
        run.step("a consumer reads all of them and commits");
        run.observe("committed offset and its leader epoch", List.of(committed.offset(), committed.leaderEpoch().orElse(-1)));
        OffsetAndMetadata early = new OffsetAndMetadata(SHARED / 2, committed.leaderEpoch(), "");
        OffsetAndMetadata bare = new OffsetAndMetadata(committed.offset());
        for (String end : List.of("short", "long")) {
            commit(cluster, end + "-beyond-latest", committed);
            commit(cluster, end + "-beyond-none", committed);
            commit(cluster, end + "-before-latest", early);
            commit(cluster, end + "-bare-earliest", bare);
        }
        cluster.broker(1).kill();
        cluster.broker(2).thaw();
        Wait.until("an unclean leader", 30_000, () -> Wire.state(cluster.broker(3), TOPIC).leader() == 2);
        int parted = new LogFile(cluster.broker(2), TOPIC).values().size();
        run.step("the leader is killed hard, the follower thaws and leads");
        run.observe("state after it", Wire.state(cluster.broker(3), TOPIC).toString());
        run.observe("records the two logs share", parted);

        send(cluster, "1", "new", 5);
        run.step("5 records are written: the log ends below the committed offset");
        boolean asExpected = position(cluster, run, "short", "beyond", "latest").equals("" + parted)
            & position(cluster, run, "short", "beyond", "none").contains("LogTruncationException")
            & position(cluster, run, "short", "before", "latest").equals("" + SHARED / 2)
            & position(cluster, run, "short", "bare", "earliest").equals("0");
        send(cluster, "1", "more", LOST + SHARED);
        run.step("%d more are written: the log ends beyond the committed offset", LOST + SHARED);
        asExpected &= position(cluster, run, "long", "beyond", "latest").equals("" + parted)
            & position(cluster, run, "long", "beyond", "none").contains("LogTruncationException")
            & position(cluster, run, "long", "before", "latest").equals("" + SHARED / 2)
            & position(cluster, run, "long", "bare", "earliest").equals("" + READ);
        run.conclude(asExpected && parted < READ);
        cluster.heal();
        cluster.deleteTopic(TOPIC);
    }

    private static void send(Cluster cluster, String acks, String prefix, int count) throws Exception {
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(),
            Map.of("acks", acks, "enable.idempotence", false, "linger.ms", 0, "batch.size", 1))) {
            Clients.Outcome outcome = Clients.outcome(Clients.send(producer, TOPIC, prefix, count), prefix);
            if (outcome.acknowledged().size() < count) {
                throw new IllegalStateException("not acknowledged: " + outcome.errors());
            }
        }
    }

    private static Map<String, String> settings(Cluster cluster, String group, String reset) {
        return new HashMap<>(Map.of("bootstrap.servers", cluster.bootstrap(), "group.id", group, "enable.auto.commit", "false",
            "auto.offset.reset", reset));
    }

    private static OffsetAndMetadata readAndCommit(Cluster cluster) throws Exception {
        String group = "reader";
        try (MemberProcess member =
                 new MemberProcess(group, TOPIC, "after", 0, 0, settings(cluster, group, "earliest"))) {
            Wait.until("all is read", 30_000, () -> member.processed().size() >= READ);
            member.leave();
        }
        try (Admin admin = cluster.admin()) {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(PARTITION);
        }
    }

    private static void commit(Cluster cluster, String group, OffsetAndMetadata offset) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.copyOf(settings(cluster, group, "none")),
            new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.commitSync(Map.of(PARTITION, offset));
        }
    }

    /** Where a member of a group with this committed offset begins, or what it ends with. */
    private static String position(Cluster cluster, Experiment run, String end, String committed, String reset)
        throws Exception {
        String group = end + "-" + committed + "-" + reset;
        try (MemberProcess member = new MemberProcess(group, TOPIC, "auto", 0, 0, settings(cluster, group, reset))) {
            Wait.until("it reads or ends", 30_000, () -> !member.processed().isEmpty() || !member.alive());
            List<String> words = member.said().stream().filter(line -> !line.startsWith("\t"))
                .filter(line -> line.contains("runcation") || line.contains("out of range"))
                .map(line -> line.replaceFirst("^Exception in thread \"main\" ", "")).toList();
            String seen = member.processed().isEmpty()
                ? words.stream().filter(line -> line.contains("Exception")).findFirst().map(EpochExperiment::name).orElse("ended")
                : member.processed().get(0).toString();
            String what = switch (committed) {
                case "beyond" -> READ + " with its epoch";
                case "before" -> SHARED / 2 + " with its epoch";
                default -> READ + " without an epoch";
            };
            run.observe("begins at, committed " + what + ", reset policy " + reset + ", the log "
                + (end.equals("short") ? "ends below it" : "has grown beyond it"), seen);
            run.words(words);
            return seen;
        }
    }

    private static String name(String line) {
        return Optional.of(line.split(":")[0]).map(name -> name.substring(name.lastIndexOf('.') + 1)).orElseThrow();
    }

    private EpochExperiment() {
    }
}
