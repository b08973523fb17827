package highwater.vectors;

import highwater.VectorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Utils;

/** Batches of format 2, uncompressed: the exact bytes, beside what Kafka itself reads back out of them. */
public final class RecordBatchVectors {
    private static final long SEED = 0x62617463L;
    private static final long START = 1_700_000_000_000L;

    public static VectorFile generate() throws IOException {
        VectorFile file = new VectorFile(
            "org.apache.kafka.common.record.internal.MemoryRecords, MemoryRecordsBuilder, DefaultRecordBatch", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 120; i++) {
            data(file, "plain", random, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE, false, TimestampType.CREATE_TIME, false);
        }
        for (int i = 0; i < 70; i++) {
            data(file, "idempotent", random, random.nextLong(1L << 40), (short) random.nextInt(1 << 15),
                sequence(random), false, TimestampType.CREATE_TIME, false);
        }
        for (int i = 0; i < 50; i++) {
            data(file, "transactional", random, random.nextLong(1L << 40), (short) random.nextInt(1 << 15),
                sequence(random), true, TimestampType.CREATE_TIME, false);
        }
        for (int i = 0; i < 25; i++) {
            data(file, "log_append_time", random, RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE, false, TimestampType.LOG_APPEND_TIME, false);
        }
        for (int i = 0; i < 25; i++) {
            data(file, "offset_gaps", random, random.nextLong(1L << 40), (short) random.nextInt(1 << 15),
                sequence(random), random.nextBoolean(), TimestampType.CREATE_TIME, true);
        }
        for (int i = 0; i < 30; i++) {
            marker(file, random, i % 2 == 0 ? ControlRecordType.ABORT : ControlRecordType.COMMIT);
        }
        for (int i = 0; i < 20; i++) {
            empty(file, random);
        }
        return file;
    }

    /** Sequence numbers close to the wrap-around as often as small ones. */
    private static int sequence(SplittableRandom random) {
        return random.nextInt(3) == 0 ? Integer.MAX_VALUE - random.nextInt(10) : random.nextInt(100_000);
    }

    private static void data(VectorFile file, String kind, SplittableRandom random, long producerId, short epoch,
                             int sequence, boolean transactional, TimestampType timestampType, boolean gaps) {
        long baseOffset = random.nextInt(4) == 0 ? 0 : random.nextLong(1L << 36);
        int leaderEpoch = random.nextInt(8) == 0 ? RecordBatch.NO_PARTITION_LEADER_EPOCH : random.nextInt(500);
        long appendTime = timestampType == TimestampType.LOG_APPEND_TIME
            ? START + random.nextLong(1_000_000) : RecordBatch.NO_TIMESTAMP;
        // The cleaner stores a delete horizon in the place of the base timestamp.
        long deleteHorizon = gaps && random.nextBoolean() ? START + random.nextLong(1_000_000) : RecordBatch.NO_TIMESTAMP;
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(512),
            RecordBatch.CURRENT_MAGIC_VALUE, Compression.NONE, timestampType, baseOffset, appendTime, producerId, epoch,
            sequence, transactional, false, leaderEpoch, Integer.MAX_VALUE, deleteHorizon);
        int count = 1 + random.nextInt(random.nextInt(6) == 0 ? 40 : 6);
        long timestamp = START + random.nextLong(1_000_000);
        long offset = baseOffset;
        for (int i = 0; i < count; i++) {
            byte[] key = random.nextInt(4) == 0 ? null : bytes(random, random.nextInt(20));
            byte[] value = random.nextInt(6) == 0 ? null : bytes(random, random.nextInt(random.nextInt(12) == 0 ? 300 : 30));
            if (gaps) {
                offset += random.nextInt(3);
            }
            builder.appendWithOffset(offset++, timestamp, key, value, headers(random));
            // Clocks go backwards now and then; the deltas are signed.
            timestamp += random.nextInt(5) == 0 ? -random.nextInt(500) : random.nextInt(5_000);
        }
        add(file, kind, builder.build());
    }

    private static void marker(VectorFile file, SplittableRandom random, ControlRecordType type) {
        add(file, "marker_" + type.name().toLowerCase(), MemoryRecords.withEndTransactionMarker(
            random.nextLong(1L << 36), START + random.nextLong(1_000_000), random.nextInt(500),
            random.nextLong(1L << 40), (short) random.nextInt(1 << 15),
            new EndTransactionMarker(type, random.nextInt(100))));
    }

    /** What the cleaner leaves of a batch whose producer must not be forgotten. */
    private static void empty(VectorFile file, SplittableRandom random) {
        ByteBuffer buffer = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        long baseOffset = random.nextLong(1L << 36);
        DefaultRecordBatch.writeEmptyHeader(buffer, RecordBatch.CURRENT_MAGIC_VALUE, random.nextLong(1L << 40),
            (short) random.nextInt(1 << 15), sequence(random), baseOffset, baseOffset + random.nextInt(20),
            random.nextInt(500), TimestampType.CREATE_TIME, START + random.nextLong(1_000_000), random.nextBoolean(),
            false);
        buffer.flip();
        add(file, "empty", MemoryRecords.readableRecords(buffer));
    }

    private static Header[] headers(SplittableRandom random) {
        if (random.nextInt(3) != 0) {
            return new Header[0];
        }
        Header[] headers = new Header[1 + random.nextInt(3)];
        for (int i = 0; i < headers.length; i++) {
            String name = random.nextInt(4) == 0 ? "größe" : "h" + random.nextInt(100);
            headers[i] = new RecordHeader(name, random.nextInt(4) == 0 ? null : bytes(random, random.nextInt(10)));
        }
        return headers;
    }

    private static byte[] bytes(SplittableRandom random, int length) {
        if (random.nextBoolean()) {
            return "k".repeat(length).getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void add(VectorFile file, String kind, MemoryRecords memory) {
        DefaultRecordBatch batch = (DefaultRecordBatch) memory.batches().iterator().next();
        batch.ensureValid();
        List<Map<String, Object>> records = new ArrayList<>();
        for (Record record : batch) {
            List<List<String>> headers = new ArrayList<>();
            for (Header header : record.headers()) {
                List<String> pair = new ArrayList<>();
                pair.add(header.key());
                pair.add(VectorFile.hex(header.value()));
                headers.add(pair);
            }
            records.add(VectorFile.object("offset", record.offset(), "timestamp", record.timestamp(),
                "key", VectorFile.hex(Utils.toNullableArray(record.key())),
                "value", VectorFile.hex(Utils.toNullableArray(record.value())), "headers", headers));
        }
        ByteBuffer buffer = memory.buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        file.add("kind", kind, "base_offset", batch.baseOffset(), "last_offset", batch.lastOffset(),
            "leader_epoch", batch.partitionLeaderEpoch(), "producer_id", batch.producerId(),
            "producer_epoch", batch.producerEpoch(), "base_sequence", batch.baseSequence(),
            "last_sequence", batch.lastSequence(), "transactional", batch.isTransactional(),
            "control", batch.isControlBatch(), "timestamp_type", batch.timestampType().name,
            "max_timestamp", batch.maxTimestamp(), "delete_horizon", batch.deleteHorizonMs().orElse(-1L),
            "crc", batch.checksum(), "size", batch.sizeInBytes(), "records", records, "bytes", VectorFile.hex(bytes));
    }

    private RecordBatchVectors() {
    }
}
