package highwater.vectors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.server.util.MockTime;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** A real {@link UnifiedLog} in a directory of its own, under a clock that stands still until told otherwise. */
final class Log implements AutoCloseable {
    static final long START = 1_000_000_000L;
    static final int PRODUCER_EXPIRATION_MS = 86_400_000;

    final MockTime time = new MockTime(START, 0);
    final Path parent;
    UnifiedLog log;

    private final Path directory;
    private final LogConfig config;
    private final boolean verifyTransactions;
    private final BrokerTopicStats stats = new BrokerTopicStats();

    /** Settings carry Kafka's names, but for segments smaller than 1 MiB, for which Kafka has an internal name. */
    Log(Path root, int number, Map<String, Object> settings, boolean verifyTransactions) throws IOException {
        parent = root.resolve("logs-" + number);
        directory = parent.resolve("t-0");
        Files.createDirectories(directory);
        Map<String, Object> named = new HashMap<>(settings);
        Object segmentBytes = named.remove("segment.bytes");
        if (segmentBytes != null) {
            named.put(LogConfig.INTERNAL_SEGMENT_BYTES_CONFIG, segmentBytes);
        }
        config = new LogConfig(named);
        this.verifyTransactions = verifyTransactions;
        open(true);
    }

    /** Opens the log anew, as after a clean shutdown or a crash. */
    void reopen(boolean clean) throws IOException {
        log.close();
        open(clean);
    }

    private void open(boolean clean) throws IOException {
        log = UnifiedLog.create(directory.toFile(), config, 0, 0, time.scheduler, stats, time, 300_000,
            new ProducerStateManagerConfig(PRODUCER_EXPIRATION_MS, verifyTransactions), 600_000,
            new LogDirFailureChannel(1), clean, Optional.of(new Uuid(1, 2)));
    }

    List<Long> segmentBases() {
        return log.logSegments().stream().map(LogSegment::baseOffset).toList();
    }

    long now() {
        return time.milliseconds();
    }

    /** Several batches as one append, as a follower receives them. */
    static MemoryRecords together(List<MemoryRecords> batches) {
        ByteBuffer buffer = ByteBuffer.allocate(batches.stream().mapToInt(MemoryRecords::sizeInBytes).sum());
        batches.forEach(batch -> buffer.put(batch.buffer().duplicate()));
        buffer.flip();
        return MemoryRecords.readableRecords(buffer);
    }

    /** Every batch on disk, in order. */
    List<RecordBatch> batches() {
        List<RecordBatch> batches = new ArrayList<>();
        log.logSegments().forEach(segment -> segment.log().batches().forEach(batches::add));
        return batches;
    }

    @Override
    public void close() {
        log.close();
        stats.close();
    }
}
