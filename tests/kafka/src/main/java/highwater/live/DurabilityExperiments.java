package highwater.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What an acknowledgement is worth when the leader dies. */
final class DurabilityExperiments {
    private static final int RECORDS = 50;

    /** One record per batch, sent one after the other, so that each acknowledgement stands for itself. */
    private static Map<String, Object> patient(String acks) {
        return Map.of("acks", acks, "enable.idempotence", false, "linger.ms", 0, "batch.size", 1,
            "request.timeout.ms", 1_500, "delivery.timeout.ms", 8_000, "max.block.ms", 5_000, "retry.backoff.ms", 50);
    }

    static void acksOne(Cluster cluster, Experiment run) throws Exception {
        String topic = "acks-one";
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of("min.insync.replicas", "1"));
        settings(run, "1", "1");
        long mark = cluster.broker(2).mark();
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), patient("1"))) {
            Clients.outcome(Clients.send(producer, topic, "before-", 1), "before-");
            ReplicationExperiments.replicated(cluster, topic);
            run.step("one record is acknowledged and replicated while all three replicas run");
            cluster.broker(2).freeze();
            cluster.broker(3).freeze();
            run.step("both followers are frozen");
            Clients.Outcome outcome = Clients.outcome(Clients.send(producer, topic, "r", RECORDS), "r");
            run.step("%d records are sent with acks=1", RECORDS);
            cluster.broker(1).kill();
            cluster.broker(2).thaw();
            cluster.broker(3).thaw();
            run.step("the leader is killed hard, then both followers thaw");
            run.observe("acknowledged", outcome.acknowledged().size());
            run.observe("errors", outcome.errors());
            afterwards(cluster, run, topic, 2);
            run.words(about(cluster.broker(2).saidSince(mark), topic));
            long gone = gone(run, Clients.readAll(cluster.bootstrap(), topic, 0), outcome.acknowledged());
            cluster.heal();
            Wait.until("the old leader follows", 20_000, () -> Wire.state(cluster.broker(2), topic).isr().size() == 3);
            run.step("the old leader returns and follows");
            run.observe("records on the old leader's disk afterwards", new LogFile(cluster.broker(1), topic).values().size());
            run.conclude(gone > 0);
        }
    }

    static void acksAll(Cluster cluster, Experiment run) throws Exception {
        settings(run, "all", "2");
        bothFrozen(cluster, run);
        long gone = oneFrozen(cluster, run);
        run.conclude(gone == 0);
    }

    /** Nobody is left to replicate: first the ISR still names three, then only the leader. */
    private static void bothFrozen(Cluster cluster, Experiment run) throws Exception {
        String topic = "acks-all-both";
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of("min.insync.replicas", "2"));
        long mark = cluster.broker(1).mark();
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), once())) {
            Clients.outcome(Clients.send(producer, topic, "before-", 1), "before-");
            cluster.broker(2).freeze();
            cluster.broker(3).freeze();
            run.step("both followers are frozen; 5 records are sent with acks=all and no retries");
            List<Future<RecordMetadata>> futures = Clients.send(producer, topic, "early", 5);
            List<Integer> onDisk = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                onDisk.add(new LogFile(cluster.broker(1), topic).values().size() - 1);
                Thread.sleep(200);
            }
            run.observe("of those on the leader's disk, every 200 ms (five requests on one connection)", onDisk);
            Clients.Outcome early = Clients.outcome(futures, "early");
            run.observe("errors while the ISR still names three", early.errors());
            Wait.until("the ISR shrinks", 20_000, () -> Wire.state(cluster.broker(1), topic).isr().equals(List.of(1)));
            run.step("the ISR has shrunk to the leader; 5 more records are sent");
            Clients.Outcome late = Clients.outcome(Clients.send(producer, topic, "late", 5), "late");
            run.observe("errors while the ISR is the leader alone", late.errors());
            run.observe("of all ten on the leader's disk at the end", new LogFile(cluster.broker(1), topic).values().size() - 1);
            run.observe("high watermark at the end", Wire.highWatermark(cluster.broker(1), topic));
            run.words(early.words());
            run.words(late.words());
            run.words(about(cluster.broker(1).saidSince(mark), topic));
        }
        cluster.heal();
        Wait.until("the ISR is whole", 20_000, () -> Wire.state(cluster.broker(1), topic).isr().size() == 3);
        run.step("both followers thaw");
        run.observe("unacknowledged records that a reader sees in the end",
            Clients.readAll(cluster.bootstrap(), topic, 0).size() - 1);
        cluster.deleteTopic(topic);
    }

    private static Map<String, Object> once() {
        return Map.of("acks", "all", "enable.idempotence", false, "linger.ms", 0, "batch.size", 1, "retries", 0,
            "request.timeout.ms", 1_000, "delivery.timeout.ms", 1_500);
    }

    /** One follower keeps up, so two copies of everything acknowledged exist when the leader dies. */
    private static long oneFrozen(Cluster cluster, Experiment run) throws Exception {
        String topic = "acks-all-one";
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of("min.insync.replicas", "2"));
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), patient("all"))) {
            Clients.outcome(Clients.send(producer, topic, "before-", 1), "before-");
            ReplicationExperiments.replicated(cluster, topic);
            cluster.broker(3).freeze();
            run.step("one follower is frozen; %d records are sent with acks=all", RECORDS);
            long start = System.nanoTime();
            List<Future<RecordMetadata>> futures = Clients.send(producer, topic, "r", RECORDS);
            futures.get(0).get();
            run.observe("ms until the first acknowledgement (the frozen follower holds it up)", Wait.millisSince(start));
            Clients.Outcome outcome = Clients.outcome(futures, "r");
            cluster.broker(1).kill();
            cluster.broker(3).thaw();
            run.step("the leader is killed hard, then the frozen follower thaws");
            run.observe("acknowledged", outcome.acknowledged().size());
            run.observe("errors", outcome.errors());
            afterwards(cluster, run, topic, 2);
            long gone = gone(run, Clients.readAll(cluster.bootstrap(), topic, 0), outcome.acknowledged());
            cluster.heal();
            cluster.deleteTopic(topic);
            return gone;
        }
    }

    static void acksZero(Cluster cluster, Experiment run) throws Exception {
        settings(run, "0", "1");
        run.setting("replication.factor", 1);
        Map<String, Object> fire = Map.of("acks", "0", "enable.idempotence", false, "linger.ms", 0, "batch.size", 1,
            "request.timeout.ms", 1_000, "delivery.timeout.ms", 3_000, "max.block.ms", 2_000);
        boolean told = false;
        for (boolean frozenFirst : new boolean[] {false, true}) {
            String topic = frozenFirst ? "acks-zero-frozen" : "acks-zero-dead";
            cluster.createTopic(topic, List.of(1), Map.of());
            try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), fire)) {
                Clients.Outcome before = Clients.outcome(Clients.send(producer, topic, "before", 5), "before");
                Thread.sleep(300);
                if (frozenFirst) {
                    cluster.broker(1).freeze();
                    run.step("the leader is frozen; %d records are sent with acks=0; then it is killed", RECORDS);
                } else {
                    cluster.broker(1).kill();
                    run.step("the leader is killed; %d records are sent with acks=0 on the connection it had", RECORDS);
                }
                Clients.Outcome outcome = Clients.outcome(Clients.send(producer, topic, "r", RECORDS), "r");
                if (frozenFirst) {
                    cluster.broker(1).kill();
                }
                String state = frozenFirst ? "frozen" : "dead";
                run.observe("told that all is well, leader " + state, outcome.acknowledged().size());
                run.observe("offsets told, leader " + state, outcome.offsets().stream().distinct().toList());
                run.observe("errors told, leader " + state, outcome.errors());
                run.words(outcome.words().stream().distinct().toList());
                cluster.heal();
                Wait.until("the leader is back", 30_000, () -> Wire.state(cluster.broker(1), topic).leader() == 1);
                List<String> values = Clients.readAll(cluster.bootstrap(), topic, 0);
                run.observe("of those in the log after its return, leader " + state,
                    outcome.acknowledged().stream().filter(values::contains).count());
                run.observe("records of before in the log, leader " + state,
                    before.acknowledged().stream().filter(values::contains).count());
                told |= outcome.acknowledged().size() > outcome.acknowledged().stream().filter(values::contains).count();
            }
            cluster.deleteTopic(topic);
        }
        run.conclude(told);
    }

    private static void settings(Experiment run, String acks, String minIsr) {
        run.setting("acks", acks);
        run.setting("replication.factor", 3);
        run.setting("min.insync.replicas", minIsr);
    }

    private static void afterwards(Cluster cluster, Experiment run, String topic, int witness)
        throws Exception {
        long waited = Wait.until("a new leader", 30_000, () -> {
            int leader = Wire.state(cluster.broker(witness), topic).leader();
            return leader > 1;
        });
        run.observe("ms from the thaw to a new leader", waited);
        run.observe("state with the new leader", Wire.state(cluster.broker(witness), topic).toString());
    }

    private static long gone(Experiment run, List<String> present, List<String> acknowledged) {
        List<String> gone = new ArrayList<>(acknowledged);
        gone.removeAll(present);
        run.observe("acknowledged records that are gone", gone.size());
        return gone.size();
    }

    /** What a broker said of a partition's ISR, leadership and truncation. */
    static List<String> about(List<String> said, String topic) {
        return said.stream().filter(line -> line.contains(topic + "-0")).filter(line -> Stream.of("Shrinking ISR",
            "Expanding ISR", "ISR updated", "Truncating", "starts at leader epoch", "RECOVERING.").anyMatch(line::contains))
            .filter(line -> Stream.of("no effect", "due to local high watermark 0", "Skipped").noneMatch(line::contains))
            .toList();
    }

    private DurabilityExperiments() {
    }
}
