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
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.LogStartOffsetIncrementReason;

/** What a log deletes by age, by size and after a DeleteRecords request. */
public final class RetentionVectors {
    private static final long SEED = 0x72657465L;
    private static final int CASES = 80;

    public static VectorFile generate() throws Exception {
        VectorFile file = new VectorFile("org.apache.kafka.storage.internals.log.UnifiedLog.deleteOldSegments", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Path root = Files.createTempDirectory("highwater-retention");
        try {
            for (int i = 0; i < CASES; i++) {
                file.add(log(root, i, random));
            }
        } finally {
            Scratch.delete(root);
        }
        return file;
    }

    private static Map<String, Object> log(Path root, int number, SplittableRandom random) throws Exception {
        int segmentBytes = 700 + random.nextInt(1_500);
        Map<String, Object> settings = new TreeMap<>();
        settings.put("segment.bytes", segmentBytes);
        settings.put("segment.ms", random.nextInt(4) == 0 ? 20_000 : 604_800_000);
        settings.put("retention.ms", random.nextInt(4) == 0 ? -1L : 10_000L + random.nextInt(60_000));
        settings.put("retention.bytes", random.nextInt(3) > 0 ? -1L : (long) random.nextInt(5 * segmentBytes));
        settings.put("cleanup.policy", List.of("delete", "delete", "delete", "compact", "compact,delete").get(random.nextInt(5)));
        settings.put("file.delete.delay.ms", 60_000L);
        List<Object> steps = new ArrayList<>();
        try (Log log = new Log(root, number, settings, false)) {
            for (int left = 4 + random.nextInt(12); left > 0; left--) {
                log.time.sleep(random.nextInt(15_000));
                switch (random.nextInt(6)) {
                    case 0 -> steps.add(deleteRecords(log, random));
                    case 1, 2 -> steps.add(retain(log, random));
                    default -> steps.add(append(log, random));
                }
            }
            steps.add(retain(log, random));
            log.time.sleep(200_000);
            steps.add(retain(log, random));
        }
        return VectorFile.object("settings", settings, "steps", steps);
    }

    private static Map<String, Object> append(Log log, SplittableRandom random) throws Exception {
        List<Object> batches = new ArrayList<>();
        for (int left = 1 + random.nextInt(8); left > 0; left--) {
            SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(3)];
            long largest = -1;
            for (int i = 0; i < records.length; i++) {
                // Clocks differ: most are late, a few run ahead, and one record ahead of time pins its whole segment.
                long timestamp = log.now() + (random.nextInt(15) == 0 ? random.nextInt(300_000) : -random.nextInt(10_000));
                largest = Math.max(largest, timestamp);
                records[i] = new SimpleRecord(timestamp, new byte[] {(byte) random.nextInt(4)}, new byte[random.nextInt(150)]);
            }
            MemoryRecords batch = MemoryRecords.withRecords(Compression.NONE, records);
            log.log.appendAsLeader(batch, 0);
            batches.add(VectorFile.object("records", records.length, "bytes", batch.sizeInBytes(), "max_timestamp", largest));
        }
        return VectorFile.object("op", "append", "at", log.now(), "batches", batches, "log_end_offset", log.log.logEndOffset());
    }

    private static Map<String, Object> deleteRecords(Log log, SplittableRandom random) throws Exception {
        log.log.updateHighWatermark(log.log.logEndOffset());
        long start = log.log.logStartOffset();
        long offset = start + random.nextLong(log.log.logEndOffset() - start + 1);
        log.log.maybeIncrementLogStartOffset(offset, LogStartOffsetIncrementReason.ClientRecordDeletion);
        return VectorFile.object("op", "delete_records", "at", log.now(), "before_offset", offset,
            "high_watermark", log.log.highWatermark(), "log_start_offset", log.log.logStartOffset());
    }

    private static Map<String, Object> retain(Log log, SplittableRandom random) throws Exception {
        long end = log.log.logEndOffset();
        long highWatermark = random.nextInt(3) == 0
            ? log.log.highWatermark() + random.nextLong(end - log.log.highWatermark() + 1) : end;
        log.log.updateHighWatermark(highWatermark);
        List<Object> before = new ArrayList<>();
        for (LogSegment segment : log.log.logSegments()) {
            before.add(VectorFile.object("base_offset", segment.baseOffset(), "bytes", segment.size(),
                "largest_timestamp", segment.size() == 0 ? null : segment.largestTimestamp()));
        }
        int deleted = log.log.deleteOldSegments();
        return VectorFile.object("op", "retain", "at", log.now(), "high_watermark", highWatermark, "log_end_offset", end,
            "segments_before", before, "deleted", deleted, "segments_after", log.segmentBases(),
            "log_start_offset", log.log.logStartOffset());
    }

    private RetentionVectors() {
    }
}
