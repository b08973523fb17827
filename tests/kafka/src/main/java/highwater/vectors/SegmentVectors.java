package highwater.vectors;

import highwater.VectorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.LogAppendInfo;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.OffsetPosition;
import org.apache.kafka.storage.internals.log.TimestampOffset;

/** A log's files: where it rolls, what its indexes hold, what a read and a lookup by time find. */
public final class SegmentVectors {
    private static final long SEED = 0x7365676dL;
    private static final int CASES = 80;

    public static VectorFile generate() throws Exception {
        VectorFile file = new VectorFile("org.apache.kafka.storage.internals.log.UnifiedLog, LogSegment, OffsetIndex, TimeIndex",
            SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Path root = Files.createTempDirectory("highwater-segments");
        try {
            for (int i = 0; i < CASES; i++) {
                file.add(log(root, i, random, i % 3 == 2));
            }
        } finally {
            Scratch.delete(root);
        }
        return file;
    }

    private static Map<String, Object> log(Path root, int number, SplittableRandom random, boolean follower) throws Exception {
        Map<String, Object> settings = new TreeMap<>();
        // An append larger than a segment is refused, so a follower needs room for four batches.
        settings.put("segment.bytes", (follower ? 2_500 : 700) + random.nextInt(4000));
        settings.put("segment.ms", random.nextInt(3) == 0 ? 2_000 + random.nextInt(8_000) : 604_800_000);
        settings.put("index.interval.bytes", List.of(0, 100, 300, 1000, 4096).get(random.nextInt(5)));
        // Small indexes only where one batch comes at a time: several may overflow an index that is nearly full.
        settings.put("segment.index.bytes", !follower && random.nextInt(3) == 0 ? 24 + 8 * random.nextInt(8) : 10_485_760);
        settings.put("message.timestamp.type", !follower && random.nextInt(5) == 0 ? "LogAppendTime" : "CreateTime");
        try (Log log = new Log(root, number, settings, false)) {
            List<Object> appends = new ArrayList<>();
            for (int left = 8 + random.nextInt(40); left > 0; left--) {
                log.time.sleep(random.nextInt(1_000));
                appends.add(append(log, random, follower));
            }
            long end = log.log.logEndOffset();
            long highWatermark = random.nextInt(3) == 0 ? random.nextLong(end + 1) : end;
            log.log.updateHighWatermark(highWatermark);
            Map<String, Object> described = VectorFile.object("settings", settings,
                "origin", follower ? "follower" : "leader", "appends", appends, "high_watermark", highWatermark,
                "log_end_offset", end, "segments", segments(log), "reads", reads(log, random), "lookups", lookups(log, random));
            if (number % 4 == 0) {
                // A crash makes Kafka build the indexes anew from the batches on disk.
                log.reopen(false);
                described.put("segments_after_recovery", segments(log));
            }
            return described;
        }
    }

    private static Map<String, Object> append(Log log, SplittableRandom random, boolean follower) throws Exception {
        int batches = follower ? 1 + random.nextInt(4) : 1;
        List<MemoryRecords> parts = new ArrayList<>();
        List<Object> described = new ArrayList<>();
        long offset = log.log.logEndOffset();
        for (int i = 0; i < batches; i++) {
            List<Long> timestamps = new ArrayList<>();
            SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(4)];
            for (int j = 0; j < records.length; j++) {
                long timestamp = log.now() - random.nextInt(random.nextInt(4) == 0 ? 20_000 : 500);
                timestamps.add(timestamp);
                records[j] = new SimpleRecord(timestamp, null, new byte[random.nextInt(120)]);
            }
            // A compacted log on the leader has gaps, and a follower copies them.
            offset += follower && random.nextInt(6) == 0 ? random.nextInt(5) : 0;
            MemoryRecords batch = MemoryRecords.withRecords(RecordBatch.CURRENT_MAGIC_VALUE, follower ? offset : 0,
                Compression.NONE, TimestampType.CREATE_TIME, -1, (short) -1, -1, 0, false, records);
            described.add(VectorFile.object("bytes", batch.sizeInBytes(), "timestamps", timestamps, "first_offset", offset));
            parts.add(batch);
            offset += records.length;
        }
        int segmentsBefore = log.log.numberOfSegments();
        MemoryRecords all = Log.together(parts);
        LogAppendInfo info = follower ? log.log.appendAsFollower(all, 0) : log.log.appendAsLeader(all, 0);
        return VectorFile.object("at", log.now(), "batches", described, "last_offset", info.lastOffset(),
            "max_timestamp", info.maxTimestamp(), "rolled", log.log.numberOfSegments() > segmentsBefore);
    }

    private static List<Object> segments(Log log) throws Exception {
        List<Object> segments = new ArrayList<>();
        for (LogSegment segment : log.log.logSegments()) {
            List<Object> offsets = new ArrayList<>();
            for (int i = 0; i < segment.offsetIndex().entries(); i++) {
                OffsetPosition entry = segment.offsetIndex().entry(i);
                offsets.add(List.of(entry.offset(), entry.position()));
            }
            List<Object> times = new ArrayList<>();
            for (int i = 0; i < segment.timeIndex().entries(); i++) {
                TimestampOffset entry = segment.timeIndex().entry(i);
                times.add(List.of(entry.timestamp(), entry.offset()));
            }
            segments.add(VectorFile.object("file", segment.log().file().getName(), "base_offset", segment.baseOffset(),
                "bytes", segment.size(), "largest_timestamp", segment.largestTimestamp(), "offset_index", offsets,
                "time_index", times));
        }
        return segments;
    }

    private static List<Object> reads(Log log, SplittableRandom random) throws Exception {
        List<Object> reads = new ArrayList<>();
        long end = log.log.logEndOffset();
        for (int i = 0; i < 14; i++) {
            long offset = i == 0 ? 0 : i == 1 ? end : i == 2 ? end + 1 : random.nextLong(end + 1);
            int maxBytes = random.nextInt(3) == 0 ? random.nextInt(100) : 100 + random.nextInt(3_000);
            boolean minOne = random.nextBoolean();
            FetchIsolation isolation = random.nextBoolean() ? FetchIsolation.LOG_END : FetchIsolation.HIGH_WATERMARK;
            Map<String, Object> read = VectorFile.object("offset", offset, "max_bytes", maxBytes, "min_one_message", minOne,
                "isolation", isolation.name().toLowerCase());
            try {
                FetchDataInfo info = log.log.read(offset, maxBytes, isolation, minOne);
                read.put("bytes", info.records.sizeInBytes());
                read.put("segment", info.fetchOffsetMetadata.segmentBaseOffset);
                read.put("position", info.fetchOffsetMetadata.relativePositionInSegment);
                List<Object> batches = new ArrayList<>();
                info.records.batches().forEach(batch -> batches.add(List.of(batch.baseOffset(), batch.lastOffset())));
                read.put("whole_batches", batches);
            } catch (ApiException error) {
                read.put("error", Errors.forException(error).name());
            }
            reads.add(read);
        }
        return reads;
    }

    private static List<Object> lookups(Log log, SplittableRandom random) {
        List<Object> lookups = new ArrayList<>();
        long span = log.now() - Log.START + 20_000;
        for (int i = 0; i < 12; i++) {
            long target = i == 0 ? ListOffsetsRequest.MAX_TIMESTAMP : i == 1 ? log.now() + 1
                : Log.START - 20_000 + random.nextLong(span);
            FileRecords.TimestampAndOffset found =
                log.log.fetchOffsetByTimestamp(target, Optional.empty()).timestampAndOffsetOpt().orElse(null);
            lookups.add(VectorFile.object("timestamp", target, "found_timestamp", found == null ? null : found.timestamp,
                "found_offset", found == null ? null : found.offset));
        }
        return lookups;
    }

    private SegmentVectors() {
    }
}
