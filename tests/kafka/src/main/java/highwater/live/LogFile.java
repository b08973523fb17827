package highwater.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.FileLogInputStream.FileChannelRecordBatch;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;

/** Partition 0 of a topic on one broker's disk: what is there, acknowledged or not. */
final class LogFile {
    private final Path segment;

    LogFile(Broker broker, String topic) {
        segment = broker.directory.resolve(topic + "-0").resolve("00000000000000000000.log");
    }

    List<String> values() throws IOException {
        List<String> values = new ArrayList<>();
        if (Files.exists(segment)) {
            FileRecords records = FileRecords.open(segment.toFile(), false);
            try {
                for (Record record : records.records()) {
                    values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
                }
            } finally {
                // Not close(): that would trim the file under the broker that writes it.
                records.closeHandlers();
            }
        }
        return values;
    }

    /** Cuts off every batch that ends at or after this offset, as a power failure may. */
    void cutFrom(long offset) throws IOException {
        int keep = 0;
        try (FileRecords records = FileRecords.open(segment.toFile(), true)) {
            for (FileChannelRecordBatch batch : records.batches()) {
                if (batch.lastOffset() < offset) {
                    keep = batch.position() + batch.sizeInBytes();
                }
            }
            records.truncateTo(keep);
        }
    }
}
