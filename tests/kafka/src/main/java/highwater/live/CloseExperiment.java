package highwater.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Somebody asks a consumer to close while its polling thread is in the middle of a batch. */
final class CloseExperiment {
    private static final int BATCH = 200;
    private static final int RECORDS = 2 * BATCH;
    private static final int ASKED_AT = 30;
    private static final int WORK_MS = 4;

    /** What the application does when it is asked. */
    private enum Application {
        AUTO_COMMIT("finishes the batch, auto-commit"),
        COMMIT_SYNC("finishes the batch, commitSync after each"),
        BREAKS_OFF("breaks off in the batch, auto-commit");

        final String words;

        Application(String words) {
            this.words = words;
        }
    }

    private record Result(int processed, long committed, int skipped, int again) {
    }

    static void run(Cluster cluster, Experiment run) throws Exception {
        run.setting("max.poll.records", BATCH);
        run.setting("auto.commit.interval.ms", 100);
        run.setting("ms per record", WORK_MS);
        boolean asExpected = true;
        for (String protocol : List.of("classic", "consumer")) {
            for (Application application : Application.values()) {
                Result result = once(cluster, run, protocol, application);
                asExpected &= switch (application) {
                    case AUTO_COMMIT -> result.processed == BATCH && result.committed == BATCH
                        && result.skipped == 0 && result.again == 0;
                    case COMMIT_SYNC -> result.processed == BATCH && result.skipped == 0;
                    case BREAKS_OFF -> result.committed == BATCH && result.skipped == BATCH - result.processed;
                };
            }
        }
        run.conclude(asExpected);
    }

    private static Result once(Cluster cluster, Experiment run, String protocol, Application application) throws Exception {
        String which = protocol + ", " + application.words;
        String name = "close-" + protocol + "-" + application.name().toLowerCase(Locale.ROOT);
        cluster.createTopic(name, List.of(1, 2, 3), Map.of());
        try (KafkaProducer<String, String> producer = Clients.producer(cluster.bootstrap(), Map.of("acks", "all"))) {
            Clients.outcome(Clients.send(producer, name, "r", RECORDS), "r");
        }
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", cluster.bootstrap(), "group.id", name,
            "group.protocol", protocol, "auto.offset.reset", "earliest", "max.poll.records", BATCH,
            "enable.auto.commit", application != Application.COMMIT_SYNC, "auto.commit.interval.ms", 100));
        Poller poller = new Poller(settings, name, application);
        Thread thread = new Thread(poller);
        thread.start();
        Wait.until("some records are processed", 30_000, () -> poller.processed.size() >= ASKED_AT);
        long before = committed(cluster, name);
        poller.askToClose();
        int asked = poller.processed.size();
        thread.join();
        run.step("%s: wakeup() from another thread in the middle of a batch; close() in the polling thread", which);
        run.observe("processed when it is asked, " + which, asked);
        run.observe("committed when it is asked, " + which, before);
        run.observe("processed when it has closed, " + which, poller.processed.size());
        long committed = committed(cluster, name);
        run.observe("committed when it has closed, " + which, committed);
        run.observe("what it met after it was asked, " + which, poller.met);

        List<Long> rest = rest(settings, name);
        int again = (int) rest.stream().filter(poller.processed::contains).count();
        int skipped = RECORDS - rest.size() - poller.processed.size() + again;
        run.observe("processed again by the next consumer, " + which, again);
        run.observe("never processed, " + which, skipped);
        int processed = poller.processed.size();
        cluster.deleteTopic(name);
        return new Result(processed, committed, skipped, again);
    }

    /** The usual polling thread: only {@code wakeup()} may be called from outside. */
    private static final class Poller implements Runnable {
        final List<Long> processed = new CopyOnWriteArrayList<>();
        final List<String> met = new CopyOnWriteArrayList<>();
        private final KafkaConsumer<byte[], String> consumer;
        private final Application application;
        private volatile boolean closing;

        Poller(Map<String, Object> settings, String topic, Application application) {
            this.application = application;
            consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new StringDeserializer());
            consumer.subscribe(List.of(topic));
        }

        void askToClose() {
            closing = true;
            consumer.wakeup();
        }

        @Override
        public void run() {
            try (consumer) {
                while (true) {
                    ConsumerRecords<byte[], String> records = meeting("poll()", () -> consumer.poll(Duration.ofMillis(200)));
                    for (ConsumerRecord<byte[], String> record : records) {
                        Thread.sleep(WORK_MS);
                        processed.add(record.offset());
                        if (closing && application == Application.BREAKS_OFF) {
                            return;
                        }
                    }
                    if (application == Application.COMMIT_SYNC && !records.isEmpty()) {
                        meeting("commitSync()", () -> {
                            consumer.commitSync();
                            return null;
                        });
                    }
                }
            } catch (WakeupException asked) {
                // This is how it is told to end.
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        /** Notes how a call ends once it has been asked to close. */
        private <T> T meeting(String call, Supplier<T> body) {
            boolean asked = closing;
            try {
                T result = body.get();
                if (asked) {
                    met.add(call + " returns");
                }
                return result;
            } catch (WakeupException wakeup) {
                met.add(call + " throws WakeupException");
                throw wakeup;
            }
        }
    }

    private static long committed(Cluster cluster, String group) throws Exception {
        try (Admin admin = cluster.admin()) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
                .get(new TopicPartition(group, 0));
            return committed == null ? 0 : committed.offset();
        }
    }

    /** What another consumer of the group gets until the end of the log. */
    private static List<Long> rest(Map<String, Object> settings, String topic) {
        List<Long> offsets = new ArrayList<>();
        try (KafkaConsumer<byte[], String> consumer =
                 new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            for (long start = System.nanoTime(); !offsets.contains(RECORDS - 1L) && Wait.millisSince(start) < 15_000;) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> offsets.add(record.offset()));
            }
        }
        return offsets;
    }

    private CloseExperiment() {
    }
}
