package highwater.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The ISR and the high watermark while followers come and go. */
final class ReplicationExperiments {
    private static final int REPEATS = 4;

    static void isrTiming(Cluster cluster, Experiment run) throws Exception {
        String topic = "isr-timing";
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of("min.insync.replicas", "1"));
        run.setting("replica.lag.time.max.ms", Cluster.LAG_MS);
        run.setting("broker.session.timeout.ms", Cluster.SESSION_MS);
        long mark = cluster.broker(1).mark();
        List<Long> shrink = new ArrayList<>();
        List<Long> expand = new ArrayList<>();
        run.step("a record every 20 ms with acks=1; a follower is frozen until it leaves the ISR, then thaws; %d times", REPEATS);
        try (Load load = new Load(cluster, topic, "1", 20)) {
            replicated(cluster, topic);
            for (int i = 0; i < REPEATS; i++) {
                Thread.sleep(500 + 370L * i);
                cluster.broker(3).freeze();
                shrink.add(Wait.until("the ISR shrinks", 20_000, () -> Wire.state(cluster.broker(1), topic).isr().size() == 2));
                cluster.broker(3).thaw();
                expand.add(Wait.until("the ISR expands", 20_000, () -> Wire.state(cluster.broker(1), topic).isr().size() == 3));
            }
            run.words(DurabilityExperiments.about(cluster.broker(1).saidSince(mark), topic));
        }
        run.observe("ms from freezing to leaving the ISR", shrink);
        run.observe("the same as multiples of replica.lag.time.max.ms", lags(shrink));
        run.observe("ms from thawing to being in the ISR", expand);
        run.observe("the same in multiples of replica.lag.time.max.ms", lags(expand));

        Thread.sleep(1_500);
        run.step("nothing is written; a follower is frozen");
        cluster.broker(3).freeze();
        long idle = Wait.until("the ISR shrinks", 30_000, () -> Wire.state(cluster.broker(1), topic).isr().size() == 2);
        run.observe("ms until it leaves the ISR of an idle partition (the controller's session timeout, not the lag)", idle);
        cluster.broker(3).thaw();
        long back = Wait.until("the ISR expands", 30_000, () -> Wire.state(cluster.broker(1), topic).isr().size() == 3);
        run.observe("ms from thawing to being back, after the controller had fenced it", back);
        cluster.deleteTopic(topic);
        run.conclude(shrink.stream().allMatch(ms -> ms >= Cluster.LAG_MS - 200 && ms <= 1.5 * Cluster.LAG_MS + 600)
            && idle > 1.5 * Cluster.LAG_MS + 600);
    }

    /** A new topic's followers take up to a second to begin; an experiment about caught-up ones waits for them. */
    static void replicated(Cluster cluster, String topic) throws Exception {
        Wait.until("the followers keep up", 10_000, () -> Wire.highWatermark(cluster.broker(1), topic) > 0);
        Thread.sleep(300);
    }

    private static List<Double> lags(List<Long> millis) {
        return millis.stream().map(ms -> Math.round(100.0 * ms / Cluster.LAG_MS) / 100.0).toList();
    }

    static void highWatermark(Cluster cluster, Experiment run) throws Exception {
        String topic = "high-watermark";
        cluster.createTopic(topic, List.of(1, 2, 3), Map.of("min.insync.replicas", "2"));
        run.setting("acks", "1");
        run.setting("min.insync.replicas", 2);
        Broker leader = cluster.broker(1);
        long mark = leader.mark();
        Map<String, Object> settings = Map.of("acks", "1", "enable.idempotence", false, "linger.ms", 0);
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), settings);
             KafkaConsumer<byte[], String> consumer = reader(cluster, topic)) {
            seen(run, "all three replicas run", producer, consumer, topic, 1_000);

            cluster.broker(3).freeze();
            run.step("one follower is frozen: the ISR still names three");
            long start = System.nanoTime();
            int before = seen(run, "one follower frozen, within 1 s", producer, consumer, topic, 1_000);
            while (read(consumer) == 0 && Wait.millisSince(start) < 20_000) {
                Thread.sleep(1);
            }
            run.observe("ms until those records are readable", Wait.millisSince(start));
            Wait.until("the broker hears of the ISR it asked for", 5_000, () -> Wire.state(leader, topic).isr().size() == 2);
            run.observe("state then", Wire.state(leader, topic).toString());
            int above = seen(run, "the ISR is two, not below min.insync.replicas", producer, consumer, topic, 1_000);

            cluster.broker(2).freeze();
            run.step("the other follower is frozen too");
            Wait.until("the ISR shrinks", 20_000, () -> {
                if (Wire.state(leader, topic).isr().equals(List.of(1))) {
                    return true;
                }
                Clients.outcome(Clients.send(producer, topic, "x", 1), "x");
                return false;
            });
            read(consumer);
            run.observe("state then, with both frozen", Wire.state(leader, topic).toString());
            int below = seen(run, "the ISR is the leader alone, below min.insync.replicas", producer, consumer, topic, 3_000);
            run.observe("high watermark", Wire.highWatermark(leader, topic));
            run.observe("records on the leader's disk", new LogFile(leader, topic).values().size());
            start = System.nanoTime();
            cluster.broker(2).thaw();
            int caughtUp = 0;
            long size = new LogFile(leader, topic).values().size();
            while (Wire.highWatermark(leader, topic) < size && Wait.millisSince(start) < 20_000) {
                caughtUp += read(consumer);
            }
            run.step("one follower thaws");
            run.observe("ms until the high watermark reaches the end", Wait.millisSince(start));
            run.observe("state in the end", Wire.state(leader, topic).toString());
            run.words(DurabilityExperiments.about(leader.saidSince(mark), topic));
            run.conclude(before == 0 && above == 10 && below == 0);
        }
        cluster.heal();
        cluster.deleteTopic(topic);
    }

    private static KafkaConsumer<byte[], String> reader(Cluster cluster, String topic) {
        KafkaConsumer<byte[], String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", cluster.bootstrap(),
            "auto.offset.reset", "earliest", "fetch.max.wait.ms", 50), new ByteArrayDeserializer(), new StringDeserializer());
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        consumer.poll(Duration.ofSeconds(1));
        return consumer;
    }

    private static int read(KafkaConsumer<byte[], String> consumer) {
        return consumer.poll(Duration.ofMillis(20)).count();
    }

    /** Sends ten records and says how many of them a consumer gets within the given time. */
    private static int seen(Experiment run, String when, KafkaProducer<String, String> producer,
                            KafkaConsumer<byte[], String> consumer, String topic, long withinMs) throws Exception {
        Clients.Outcome outcome = Clients.outcome(Clients.send(producer, topic, "r", 10), "r");
        int seen = 0;
        for (long start = System.nanoTime(); Wait.millisSince(start) < withinMs && seen < 10;) {
            seen += read(consumer);
        }
        run.observe("acknowledged and readable of 10, " + when, List.of(outcome.acknowledged().size(), seen));
        return seen;
    }

    static void unclean(Cluster cluster, Experiment run) throws Exception {
        run.setting("replication.factor", 2);
        run.setting("min.insync.replicas", 1);
        run.setting("acks", "1");
        String off = "unclean-off";
        String on = "unclean-on";
        cluster.createTopic(off, List.of(1, 2), Map.of("unclean.leader.election.enable", "false"));
        cluster.createTopic(on, List.of(1, 2), Map.of("unclean.leader.election.enable", "true"));
        long mark = cluster.broker(2).mark();
        List<String> toOff;
        List<String> toOn;
        try (Load first = new Load(cluster, off, "1", 20); Load second = new Load(cluster, on, "1", 20)) {
            replicated(cluster, off);
            replicated(cluster, on);
            cluster.broker(2).freeze();
            run.observe("records on the follower's disk, unclean on", new LogFile(cluster.broker(2), on).values().size());
            run.step("a record every 20 ms to two topics, unclean election off and on; the follower is frozen");
            Wait.until("the ISR is the leader alone", 20_000, () -> Wire.state(cluster.broker(1), off).isr().equals(List.of(1))
                && Wire.state(cluster.broker(1), on).isr().equals(List.of(1)));
            Thread.sleep(500);
            toOff = List.copyOf(first.acknowledged);
            toOn = List.copyOf(second.acknowledged);
            cluster.broker(1).kill();
            cluster.broker(2).thaw();
        }
        run.step("the ISR has shrunk to the leader, which is killed hard; the follower thaws");
        run.observe("records on the follower's disk after the thaw, unclean on",
            new LogFile(cluster.broker(2), on).values().size());
        run.observe("acknowledged, unclean off", toOff.size());
        run.observe("acknowledged, unclean on", toOn.size());
        long start = System.nanoTime();
        Wait.until("an unclean leader", 30_000, () -> Wire.state(cluster.broker(3), on).leader() == 2);
        run.observe("ms to a leader, unclean on", Wait.millisSince(start));
        run.observe("state, unclean on", Wire.state(cluster.broker(3), on).toString());
        Thread.sleep(1_000);
        Wire.State without = Wire.state(cluster.broker(3), off);
        run.observe("state, unclean off", without.toString());
        long lostOn = missing(Clients.readAll(cluster.bootstrap(), on, 0), toOn);
        run.observe("acknowledged records that are gone, unclean on", lostOn);
        cluster.heal();
        Wait.until("the old leader leads", 30_000, () -> Wire.state(cluster.broker(3), off).leader() == 1);
        run.step("the old leader returns");
        run.observe("state after the return, unclean off", Wire.state(cluster.broker(3), off).toString());
        long lostOff = missing(Clients.readAll(cluster.bootstrap(), off, 0), toOff);
        run.observe("acknowledged records that are gone, unclean off", lostOff);
        Wait.until("the old leader follows", 30_000, () -> Wire.state(cluster.broker(3), on).isr().size() == 2);
        run.observe("state after the return, unclean on", Wire.state(cluster.broker(3), on).toString());
        run.observe("records missing on the old leader's disk afterwards, unclean on",
            missing(new LogFile(cluster.broker(1), on).values(), toOn));
        run.words(DurabilityExperiments.about(cluster.broker(2).saidSince(mark), on));
        run.words(DurabilityExperiments.about(cluster.broker(1).saidSince(0), on).stream()
            .filter(line -> line.contains("runcat")).toList());
        cluster.deleteTopic(off);
        cluster.deleteTopic(on);
        run.conclude(without.leader() == -1 && lostOff == 0 && lostOn > 0);
    }

    static long missing(List<String> present, List<String> acknowledged) {
        List<String> missing = new ArrayList<>(acknowledged);
        missing.removeAll(new HashSet<>(present));
        return missing.size();
    }

    private ReplicationExperiments() {
    }
}
