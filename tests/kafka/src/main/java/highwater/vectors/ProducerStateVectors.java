package highwater.vectors;

import highwater.VectorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.LogAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/** What a leader's log says to batches of idempotent and transactional producers, in and out of order. */
public final class ProducerStateVectors {
    private static final long SEED = 0x70726f64L;
    private static final int CASES = 340;

    /** What one producer believes, right or wrong. */
    private static final class Producer {
        final long id;
        final boolean transactional;
        short epoch;
        int next;
        /** Batches it has sent: epoch, first sequence, record count. */
        final List<int[]> sent = new ArrayList<>();

        Producer(long id, boolean transactional) {
            this.id = id;
            this.transactional = transactional;
        }
    }

    public static VectorFile generate() throws Exception {
        VectorFile file = new VectorFile("org.apache.kafka.storage.internals.log.UnifiedLog.appendAsLeader, "
            + "org.apache.kafka.storage.internals.log.ProducerStateManager, ProducerAppendInfo", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Path root = Files.createTempDirectory("highwater-producers");
        try {
            for (int i = 0; i < CASES; i++) {
                // Half of the transactional cases with the newer protocol, which bumps the epoch at the end of each transaction.
                file.add(sequence(root, i, random, i % 3 == 2, i % 2 == 0));
            }
        } finally {
            Scratch.delete(root);
        }
        return file;
    }

    private static Map<String, Object> sequence(Path root, int number, SplittableRandom random, boolean transactional,
                                                boolean epochBump) throws Exception {
        List<Producer> producers = new ArrayList<>();
        for (int i = 0, count = 1 + random.nextInt(3); i < count; i++) {
            Producer producer = new Producer(1000 + i, transactional && i == 0);
            producer.epoch = (short) random.nextInt(3);
            // Some start close to where sequence numbers wrap around, as after long use and a truncated log.
            producer.next = random.nextInt(6) == 0 ? Integer.MAX_VALUE - random.nextInt(6) : 0;
            producers.add(producer);
        }
        List<Object> steps = new ArrayList<>();
        Map<String, Object> producersAfter = new TreeMap<>();
        long end;
        long stable;
        try (Log log = new Log(root, number, Map.of(), true)) {
            for (int left = 4 + random.nextInt(16); left > 0; left--) {
                Producer producer = producers.get(random.nextInt(producers.size()));
                int action = random.nextInt(100);
                if (action < 4) {
                    steps.add(wait(log, random.nextBoolean() ? Log.PRODUCER_EXPIRATION_MS : 60_000));
                } else if (action < 7) {
                    log.reopen(true);
                    steps.add(VectorFile.object("op", "restart"));
                } else if (producer.transactional && action < 25) {
                    steps.add(marker(log, producer, random, epochBump));
                } else {
                    steps.add(append(log, producer, next(producer, random), epochBump));
                }
            }
            for (Producer producer : producers) {
                ProducerStateEntry entry = log.log.producerStateManager().activeProducers().get(producer.id);
                producersAfter.put(Long.toString(producer.id), entry == null ? null : describe(entry));
            }
            end = log.log.logEndOffset();
            log.log.updateHighWatermark(end);
            stable = log.log.lastStableOffset();
        }
        return VectorFile.object("transaction_version", transactional ? (epochBump ? 2 : 1) : null, "steps", steps,
            "log_end_offset", end, "last_stable_offset", stable, "producers", producersAfter);
    }

    /** Epoch, first sequence and record count of the next batch: mostly the right ones. */
    private static int[] next(Producer producer, SplittableRandom random) {
        int count = 1 + random.nextInt(4);
        int kind = random.nextInt(100);
        if (kind < 60 || producer.sent.isEmpty()) {
            return new int[] {producer.epoch, producer.next, count};
        }
        if (kind < 80) {
            int back = Math.min(producer.sent.size(), 1 + random.nextInt(8));
            return producer.sent.get(producer.sent.size() - back);
        }
        if (kind < 84) {
            int[] last = producer.sent.get(producer.sent.size() - 1);
            return new int[] {last[0], last[1], last[2] + 1};
        }
        if (kind < 90) {
            return new int[] {producer.epoch, Math.floorMod((long) producer.next + 1 + random.nextInt(5), 1 << 30), count};
        }
        if (kind < 93 && producer.epoch > 0) {
            return new int[] {producer.epoch - 1, producer.next, count};
        }
        producer.epoch++;
        producer.next = 0;
        return new int[] {producer.epoch, random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0, count};
    }

    private static Map<String, Object> append(Log log, Producer producer, int[] batch, boolean epochBump) {
        int sequence = batch[1];
        SimpleRecord[] records = new SimpleRecord[batch[2]];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(log.now(), null, new byte[] {1});
        }
        MemoryRecords memory = producer.transactional
            ? MemoryRecords.withTransactionalRecords(Compression.NONE, producer.id, (short) batch[0], sequence, records)
            : MemoryRecords.withIdempotentRecords(Compression.NONE, producer.id, (short) batch[0], sequence, records);
        Map<String, Object> step = VectorFile.object("op", "append", "producer", producer.id, "epoch", batch[0],
            "sequence", sequence, "records", records.length, "transactional", producer.transactional);
        long endBefore = log.log.logEndOffset();
        try {
            VerificationGuard guard = producer.transactional
                ? log.log.maybeStartTransactionVerification(producer.id, sequence, (short) batch[0], epochBump)
                : VerificationGuard.SENTINEL;
            LogAppendInfo info = log.log.appendAsLeader(memory, 0, AppendOrigin.CLIENT, RequestLocal.noCaching(), guard,
                (short) -1);
            boolean duplicate = log.log.logEndOffset() == endBefore;
            step.put("result", duplicate ? "duplicate" : "appended");
            step.put("first_offset", info.firstOffset());
            step.put("last_offset", info.lastOffset());
            producer.sent.add(batch);
            if (!duplicate) {
                producer.next = (int) (((long) sequence + records.length) % (1L << 31));
            }
        } catch (Exception error) {
            step.put("result", Errors.forException(error).name());
        }
        return step;
    }

    private static Map<String, Object> marker(Log log, Producer producer, SplittableRandom random, boolean epochBump) {
        ControlRecordType type = random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        short version = (short) (epochBump ? 2 : 1);
        // The newer protocol's marker carries the next epoch; now and then one comes with the old one.
        short epoch = (short) (producer.epoch + (epochBump && random.nextInt(5) > 0 ? 1 : 0));
        Map<String, Object> step = VectorFile.object("op", "marker", "producer", producer.id, "epoch", epoch,
            "type", type.name().toLowerCase());
        try {
            LogAppendInfo info = log.log.appendAsLeader(MemoryRecords.withEndTransactionMarker(log.now(), producer.id, epoch,
                new EndTransactionMarker(type, 0)), 0, AppendOrigin.COORDINATOR, RequestLocal.noCaching(),
                VerificationGuard.SENTINEL, version);
            step.put("result", "appended");
            step.put("first_offset", info.firstOffset());
            if (epoch > producer.epoch) {
                producer.epoch = epoch;
                producer.next = 0;
            }
        } catch (Exception error) {
            step.put("result", Errors.forException(error).name());
        }
        return step;
    }

    private static Map<String, Object> wait(Log log, long millis) {
        log.time.sleep(millis);
        log.log.removeExpiredProducers(log.now());
        return VectorFile.object("op", "wait", "ms", millis);
    }

    private static Map<String, Object> describe(ProducerStateEntry entry) {
        List<Object> window = new ArrayList<>();
        for (BatchMetadata batch : entry.batchMetadata()) {
            window.add(List.of(batch.firstSeq(), batch.lastSeq(), batch.firstOffset(), batch.lastOffset()));
        }
        return VectorFile.object("epoch", entry.producerEpoch(), "batches", window,
            "transaction_first_offset", entry.currentTxnFirstOffset().orElse(-1));
    }

    private ProducerStateVectors() {
    }
}
