package highwater.vectors;

import highwater.VectorFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.CleanerStats;
import org.apache.kafka.storage.internals.log.LogCleanerManager;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.PreCleanStats;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.apache.kafka.storage.internals.utils.Throttler;

/** What the cleaner picks, how far it goes and what it leaves: values, tombstones, aborted transactions, empty batches. */
public final class CompactionVectors {
    private static final long SEED = 0x636f6d70L;
    private static final int CASES = 80;

    public static VectorFile generate() throws Exception {
        VectorFile file = new VectorFile("org.apache.kafka.storage.internals.log.LogCleanerManager, Cleaner", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Path root = Files.createTempDirectory("highwater-compaction");
        try {
            for (int i = 0; i < CASES; i++) {
                file.add(log(root, i, random, i % 4 == 3));
            }
        } finally {
            Scratch.delete(root);
        }
        return file;
    }

    /** Everything that appends to one log: plain producers, and in some cases one idempotent and one transactional. */
    private static final class Writers {
        int sequence;
        int transactionSequence;
        boolean open;
    }

    private static Map<String, Object> log(Path root, int number, SplittableRandom random, boolean producers) throws Exception {
        Map<String, Object> settings = new TreeMap<>();
        settings.put("cleanup.policy", "compact");
        settings.put("segment.bytes", 300 + random.nextInt(700));
        settings.put("min.cleanable.dirty.ratio", List.of(0.01, 0.3, 0.5, 0.7).get(random.nextInt(4)));
        settings.put("delete.retention.ms", random.nextBoolean() ? 86_400_000L : 5_000L);
        settings.put("min.compaction.lag.ms", random.nextInt(3) == 0 ? 10_000L : 0L);
        settings.put("max.compaction.lag.ms", random.nextInt(4) == 0 ? 30_000L : Long.MAX_VALUE);
        int keys = 2 + random.nextInt(8);
        List<Object> steps = new ArrayList<>();
        Writers writers = new Writers();
        try (Log log = new Log(root, number, settings, false)) {
            LogCleanerManager manager = new LogCleanerManager(List.of(log.parent.toFile()),
                new ConcurrentHashMap<>(Map.of(log.log.topicPartition(), log.log)), new LogDirFailureChannel(1));
            Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(100_000), 64 * 1024, 64 * 1024, 0.9,
                new Throttler(Double.MAX_VALUE, Long.MAX_VALUE, "cleaner", "bytes", log.time), log.time, any -> { });
            for (int round = 0, rounds = 1 + random.nextInt(3); round < rounds; round++) {
                for (int left = 4 + random.nextInt(16); left > 0; left--) {
                    log.time.sleep(random.nextInt(2_000));
                    steps.add(append(log, random, keys, producers ? writers : null));
                }
                log.log.updateHighWatermark(log.log.logEndOffset());
                log.time.sleep(random.nextInt(20_000));
                steps.add(clean(log, manager, cleaner));
            }
            manager.removeMetrics();
        }
        return VectorFile.object("settings", settings, "steps", steps);
    }

    private static Map<String, Object> append(Log log, SplittableRandom random, int keys, Writers writers) throws Exception {
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(4)];
        List<Object> described = new ArrayList<>();
        for (int i = 0; i < records.length; i++) {
            String key = "k" + random.nextInt(keys);
            String value = random.nextInt(4) == 0 ? null : "v".repeat(1 + random.nextInt(30));
            records[i] = new SimpleRecord(log.now(), key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8));
            List<Object> pair = new ArrayList<>();
            pair.add(key);
            pair.add(value == null ? null : value.length());
            described.add(pair);
        }
        Map<String, Object> step = VectorFile.object("op", "append", "at", log.now(), "first_offset", log.log.logEndOffset());
        int writer = writers == null ? 0 : random.nextInt(5);
        if (writer >= 3 && writers.open && random.nextInt(3) == 0) {
            ControlRecordType type = random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
            log.log.appendAsLeader(MemoryRecords.withEndTransactionMarker(log.now(), 2000, (short) 0,
                new EndTransactionMarker(type, 0)), 0, AppendOrigin.COORDINATOR, RequestLocal.noCaching(),
                VerificationGuard.SENTINEL, (short) 1);
            writers.open = false;
            step.put("producer", 2000);
            step.put("marker", type.name().toLowerCase());
            return step;
        }
        MemoryRecords batch;
        if (writer <= 1) {
            batch = MemoryRecords.withRecords(Compression.NONE, records);
        } else if (writer == 2) {
            batch = MemoryRecords.withIdempotentRecords(Compression.NONE, 1000, (short) 0, writers.sequence, records);
            writers.sequence += records.length;
            step.put("producer", 1000);
        } else {
            batch = MemoryRecords.withTransactionalRecords(Compression.NONE, 2000, (short) 0,
                writers.transactionSequence, records);
            writers.transactionSequence += records.length;
            writers.open = true;
            step.put("producer", 2000);
            step.put("transactional", true);
        }
        log.log.appendAsLeader(batch, 0);
        step.put("bytes", batch.sizeInBytes());
        step.put("records", described);
        return step;
    }

    private static Map<String, Object> clean(Log log, LogCleanerManager manager, Cleaner cleaner) throws Exception {
        Map<String, Object> step = VectorFile.object("op", "clean", "at", log.now(), "high_watermark", log.log.highWatermark(),
            "last_stable_offset", log.log.lastStableOffset(), "segments_before", segments(log));
        Optional<LogToClean> picked = manager.grabFilthiestCompactedLog(log.time, new PreCleanStats());
        step.put("picked", picked.isPresent());
        if (picked.isPresent()) {
            LogToClean dirty = picked.get();
            step.put("first_dirty_offset", dirty.firstDirtyOffset());
            step.put("first_uncleanable_offset", dirty.firstUncleanableOffset());
            step.put("cleanable_ratio", dirty.cleanableRatio());
            Map.Entry<Long, CleanerStats> done = cleaner.clean(dirty);
            manager.doneCleaning(log.log.topicPartition(), log.parent.toFile(), done.getKey());
            step.put("clean_up_to", done.getKey());
            step.put("segments_after", segments(log));
            step.put("batches_after", batches(log));
        }
        return step;
    }

    private static List<Object> segments(Log log) {
        List<Object> segments = new ArrayList<>();
        for (LogSegment segment : log.log.logSegments()) {
            segments.add(List.of(segment.baseOffset(), segment.size()));
        }
        return segments;
    }

    private static List<Object> batches(Log log) {
        List<Object> batches = new ArrayList<>();
        for (RecordBatch batch : log.batches()) {
            List<Object> records = new ArrayList<>();
            for (Record record : batch) {
                List<Object> one = new ArrayList<>();
                one.add(record.offset());
                if (!batch.isControlBatch()) {
                    one.add(Utils.utf8(record.key()));
                    one.add(record.hasValue() ? record.valueSize() : null);
                }
                records.add(one);
            }
            batches.add(VectorFile.object("base_offset", batch.baseOffset(), "last_offset", batch.lastOffset(),
                "producer", batch.producerId(), "control", batch.isControlBatch(),
                "delete_horizon", batch.deleteHorizonMs().orElse(-1L), "records", records));
        }
        return batches;
    }

    private CompactionVectors() {
    }
}
